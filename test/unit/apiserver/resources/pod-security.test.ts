import { describe, expect, it } from '@jest/globals';
import { pod, TestApi } from './harness.js';

const SHOP = '/api/v1/namespaces/shop';
const PODS = `${SHOP}/pods`;
const PREFIX = 'pod-security.kubernetes.io/';

async function withNamespace(labels: Readonly<Record<string, string>>): Promise<TestApi> {
  const api = new TestApi();
  const { status } = await api.call('POST', '/api/v1/namespaces', { body: { metadata: { name: 'shop', labels } } });
  expect(status).toBe(201);
  return api;
}

describe('a namespace with pod security labels', () => {
  it('refuses pods that violate its level, dry runs too', async () => {
    const api = await withNamespace({ [`${PREFIX}enforce`]: 'baseline', [`${PREFIX}enforce-version`]: 'v1.30' });
    const refusal = {
      code: 403,
      reason: 'Forbidden',
      message: 'pods "web" is forbidden: violates PodSecurity "baseline:v1.30": host namespaces (hostNetwork=true)',
      details: { name: 'web', kind: 'pods' },
    };
    const body = pod('web', { hostNetwork: true });
    expect((await api.call('POST', PODS, { body })).object).toMatchObject(refusal);
    expect((await api.call('POST', `${PODS}?dryRun=All`, { body })).object).toMatchObject(refusal);
    expect((await api.call('POST', PODS, { body: pod('web') })).status).toBe(201);
  });

  it('warns of pods that would violate another one', async () => {
    const api = await withNamespace({ [`${PREFIX}warn`]: 'baseline' });
    const { status, warnings } = await api.call('POST', PODS, { body: pod('web', { hostPID: true }) });
    expect(status).toBe(201);
    expect(warnings).toEqual(['would violate PodSecurity "baseline:latest": host namespaces (hostPID=true)']);
  });

  it('refuses privileged debug containers in pods that may run', async () => {
    const api = await withNamespace({ [`${PREFIX}enforce`]: 'baseline' });
    await api.call('POST', PODS, { body: pod('web') });
    const { object } = await api.call('PATCH', `${PODS}/web/ephemeralcontainers`, {
      headers: { 'content-type': 'application/merge-patch+json' },
      body: {
        spec: {
          ephemeralContainers: [{ name: 'debug', image: 'busybox:1', securityContext: { privileged: true } }],
        },
      },
    });
    expect(object).toMatchObject({ code: 403, message: expect.stringContaining('container "debug" must not set') });
  });

  it('judges a pod again when its image changes, and not when its labels do', async () => {
    const api = await withNamespace({});
    await api.call('POST', PODS, { body: pod('web', { hostPID: true }) });
    await api.mergePatch(SHOP, { metadata: { labels: { [`${PREFIX}enforce`]: 'baseline' } } });
    expect((await api.mergePatch(`${PODS}/web`, { metadata: { labels: { a: 'b' } } })).status).toBe(200);
    const containers = [{ name: 'app', image: 'busybox:2' }];
    const before = (await api.call('GET', `${PODS}/web`)).object as { spec: object };
    const { object } = await api.call('PUT', `${PODS}/web`, {
      body: { ...before, spec: { ...before.spec, containers } },
    });
    expect(object).toMatchObject({ code: 403 });
  });

  it('has labels that can be read, or is refused', async () => {
    const labels = { [`${PREFIX}enforce`]: 'paranoid' };
    const answer = await new TestApi().call('POST', '/api/v1/namespaces', {
      body: { metadata: { name: 'x', labels } },
    });
    expect(answer.object).toMatchObject({
      code: 422,
      message:
        'Namespace "x" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "paranoid": ' +
        'must be one of privileged, baseline, restricted',
    });
  });

  it('tells which of its pods would not pass a stricter level', async () => {
    const api = await withNamespace({});
    await api.call('POST', PODS, { body: pod('web', { hostPID: true }) });
    const { warnings } = await api.mergePatch(SHOP, { metadata: { labels: { [`${PREFIX}enforce`]: 'baseline' } } });
    expect(warnings).toEqual([
      'existing pods in namespace "shop" violate the new PodSecurity enforce level "baseline:latest"',
      'web: host namespaces',
    ]);
    expect((await api.mergePatch(SHOP, { metadata: { labels: { a: 'b' } } })).warnings).toEqual([]);
  });
});
