import { describe, expect, it } from '@jest/globals';
import { bindingRoutes } from '../../../../src/apiserver/resources/pod-binding.js';
import type { ApiRequest } from '../../../../src/apiserver/http/types.js';
import { pod, PODS, TestApi } from './harness.js';

async function bind(api: TestApi, body: object, name?: string): Promise<unknown> {
  const routes = bindingRoutes(api.store, async () => ({ object: body }));
  const route = routes.find(({ pattern }) => pattern.endsWith(name === undefined ? '/bindings' : '/binding'));
  const params = { namespace: 'default', ...(name === undefined ? {} : { name }) };
  return route?.handle({ params } as unknown as ApiRequest, undefined as never);
}

const target = { kind: 'Node', name: 'node-a' };

describe('binding a pod', () => {
  it('finds it bound', async () => {
    const api = new TestApi();
    await api.call('POST', PODS, { body: pod('web') });
    const refusal = {
      code: 409,
      message: 'Operation cannot be fulfilled on pods/binding "web": pod web is already assigned to node "node-a"',
    };
    await expect(bind(api, { target }, 'web')).rejects.toMatchObject(refusal);
    await expect(bind(api, { metadata: { name: 'web' }, target })).rejects.toMatchObject(refusal);
    await api.call('DELETE', `${PODS}/web`);
    await expect(bind(api, { target }, 'web')).rejects.toMatchObject({
      message: expect.stringContaining('pod web is being deleted, cannot be assigned to a host'),
    });
  });

  it.each<[object, number, string]>([
    [{ target: {} }, 422, 'Binding "web" is invalid: target.name: Required value'],
    [
      { target: { kind: 'Minion', name: 'a' } },
      422,
      'Binding "web" is invalid: target.kind: Unsupported value: "Minion": supported values: "Node", "<empty>"',
    ],
    [{ target }, 404, 'pods "web" not found'],
    [{ metadata: { name: 'other' }, target }, 400, 'name in URL does not match name in Binding object'],
    [{ target: 1 }, 400, 'the body is no Binding'],
  ])('refuses %j', async (body, code, message) => {
    await expect(bind(new TestApi(), body, 'web')).rejects.toMatchObject({ code, message });
  });
});
