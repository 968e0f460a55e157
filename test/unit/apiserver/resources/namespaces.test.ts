import { afterEach, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../../src/api/schema/meta.js';
import { allKinds } from '../../../../src/apiserver/kinds/all-kinds.js';
import { runNamespaceController } from '../../../../src/apiserver/resources/namespace-controller.js';
import { requestPodDeletion } from '../../../../src/kubelet/pod-deletion.js';
import { configMap, pod, TestApi } from './harness.js';

const running: { readonly stop: AbortController; readonly loop: Promise<void> }[] = [];
afterEach(async () => {
  for (const { stop, loop } of running.splice(0)) {
    stop.abort();
    await loop;
  }
});

function start(): TestApi {
  const api = new TestApi();
  const { clock, store } = api;
  const stop = new AbortController();
  const deletePod = (namespace: string, name: string, grace?: number): void =>
    void requestPodDeletion(store, clock, namespace, name, grace);
  running.push({ stop, loop: runNamespaceController({ store, kinds: allKinds, clock, deletePod }, stop.signal) });
  return api;
}

const NAMESPACES = '/api/v1/namespaces';
const created = async (api: TestApi, name: string): Promise<void> => {
  await api.call('POST', NAMESPACES, { body: { metadata: { name } } });
  await api.clock.advance(0);
};
const phaseOf = async (api: TestApi, name: string): Promise<unknown> => {
  await api.clock.advance(0);
  const { object, status } = await api.call('GET', `${NAMESPACES}/${name}`);
  return status === 404 ? 'gone' : (object['status'] as { phase: string }).phase;
};

describe('namespaces', () => {
  it('of every cluster are there from the start, each with its account', async () => {
    const api = start();
    const names = ['default', 'kube-node-lease', 'kube-public', 'kube-system', 'other'];
    const { items } = (await api.call('GET', NAMESPACES)).object as unknown as { items: KubeObject[] };
    expect(items.map(({ metadata }) => metadata.name)).toEqual(names);
    const accounts = (await api.call('GET', '/api/v1/serviceaccounts')).object as unknown as { items: KubeObject[] };
    expect(accounts.items.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`)).toEqual(
      names.map((name) => `${name}/default`),
    );
  });

  it('are active, labelled with their name, and get an account', async () => {
    const api = start();
    await created(api, 'team');
    expect((await api.call('GET', `${NAMESPACES}/team`)).object).toMatchObject({
      metadata: { labels: { 'kubernetes.io/metadata.name': 'team' } },
      status: { phase: 'Active' },
    });
    expect((await api.call('GET', `${NAMESPACES}/team/serviceaccounts/default`)).status).toBe(200);
  });

  it('have names that are DNS labels', async () => {
    const { object } = await start().call('POST', NAMESPACES, { body: { metadata: { name: 'a.b' } } });
    expect(object['message']).toBe(
      'Namespace "a.b" is invalid: metadata.name: Invalid value: "a.b": must not contain dots',
    );
  });

  it('take their content along, and go when the last pod has gone', async () => {
    const api = start();
    await created(api, 'team');
    await api.call('POST', `${NAMESPACES}/team/configmaps`, { body: configMap('a') });
    await api.call('POST', `${NAMESPACES}/team/pods`, { body: pod('web') });
    const { status, object } = await api.call('DELETE', `${NAMESPACES}/team`);
    expect(status).toBe(200);
    expect(object).toMatchObject({
      kind: 'Namespace',
      metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' },
      status: { phase: 'Terminating' },
    });
    expect(await phaseOf(api, 'team')).toBe('Terminating');
    expect((await api.call('GET', `${NAMESPACES}/team/configmaps`)).object['items']).toEqual([]);
    expect((await api.call('GET', `${NAMESPACES}/team/pods/web`)).object).toMatchObject({
      metadata: { deletionTimestamp: '2026-01-01T00:00:30Z' },
    });
    expect((await api.call('GET', `${NAMESPACES}/team`)).object).toMatchObject({
      status: { conditions: [{ message: 'Some resources are remaining: pods. has 1 resource instances' }] },
    });
    api.store.remove('Pod', 'team/web');
    expect(await phaseOf(api, 'team')).toBe('gone');
  });

  it('wait for finalizers of their content and their own', async () => {
    const api = start();
    await api.call('POST', NAMESPACES, { body: { metadata: { name: 'team', finalizers: ['x.io/ns'] } } });
    const metadata = { name: 'a', finalizers: ['x.io/a'] };
    await api.call('POST', `${NAMESPACES}/team/configmaps`, { body: configMap('a', { metadata }) });
    await api.call('DELETE', `${NAMESPACES}/team`);
    expect(await phaseOf(api, 'team')).toBe('Terminating');
    await api.mergePatch(`${NAMESPACES}/team/configmaps/a`, { metadata: { finalizers: null } });
    expect(await phaseOf(api, 'team')).toBe('Terminating');
    await api.mergePatch(`${NAMESPACES}/team`, { metadata: { finalizers: null } });
    expect(await phaseOf(api, 'team')).toBe('gone');
  });

  it('settle: one that cannot go is not written again and again', async () => {
    const api = start();
    await api.call('POST', NAMESPACES, { body: { metadata: { name: 'team', finalizers: ['x.io/ns'] } } });
    await api.call('DELETE', `${NAMESPACES}/team`);
    await api.clock.advance(0);
    const { revision } = api.store;
    await api.clock.advance(100_000);
    expect(api.store.revision).toBe(revision);
  });

  it.each([['default'], ['kube-system'], ['kube-public']])('like %s stay', async (name) => {
    expect((await start().call('DELETE', `${NAMESPACES}/${name}`)).object).toMatchObject({
      code: 403,
      message: `namespaces "${name}" is forbidden: this namespace may not be deleted`,
    });
  });
});
