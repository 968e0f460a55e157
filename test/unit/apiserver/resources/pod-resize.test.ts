import { describe, expect, it } from '@jest/globals';
import { pod, PODS, TestApi } from './harness.js';

const SMALL = { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '200m', memory: '64Mi' } };

async function withPod(resources: object = SMALL): Promise<TestApi> {
  const api = new TestApi();
  const body = pod('web', { containers: [{ name: 'app', image: 'busybox:1', resources }] });
  expect((await api.call('POST', PODS, { body })).status).toBe(201);
  return api;
}
const resize = (api: TestApi, resources: object, more: object = {}): ReturnType<TestApi['call']> =>
  api.mergePatch(`${PODS}/web/resize`, {
    spec: { containers: [{ name: 'app', image: 'busybox:2', resources, ...more }] },
  });

describe('resizing a pod', () => {
  it('takes resources and resize policies, and nothing else', async () => {
    const api = await withPod();
    const wanted = { ...SMALL, limits: { cpu: '500m', memory: '128Mi' } };
    const policy = [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }];
    const { object, status } = await resize(api, wanted, { resizePolicy: policy });
    expect(status).toBe(200);
    expect(object).toMatchObject({
      metadata: { generation: 2 },
      spec: { containers: [{ image: 'busybox:1', resources: wanted, resizePolicy: policy }] },
    });
    expect((await api.call('GET', `${PODS}/web/resize`)).object).toMatchObject({ kind: 'Pod' });
  });

  it.each<[string, object, object, string]>([
    [
      'another QoS class',
      SMALL,
      { requests: SMALL.limits, limits: SMALL.limits },
      'spec: Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing',
    ],
    [
      'no limit any more',
      SMALL,
      { requests: SMALL.requests, limits: { memory: '64Mi' } },
      'spec.containers[0].resources.limits: Forbidden: resource limits cannot be removed',
    ],
    [
      'no request any more',
      { requests: { cpu: '1', memory: '1Mi' } },
      { requests: { cpu: '1' } },
      'spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed',
    ],
    [
      'other resources',
      { requests: { cpu: '1', 'ephemeral-storage': '1Gi' } },
      { requests: { cpu: '1', 'ephemeral-storage': '2Gi' } },
      'spec: Forbidden: only cpu and memory resources are mutable',
    ],
    [
      'more than its limit',
      SMALL,
      { requests: { cpu: '300m', memory: '64Mi' }, limits: SMALL.limits },
      'spec.containers[0].resources.requests: Invalid value: "300m": must be less than or equal to cpu limit of 200m',
    ],
  ])('refuses %s', async (_what, before, wanted, message) => {
    const { object } = await resize(await withPod(before), wanted);
    expect(object).toMatchObject({ code: 422, message: `Pod "web" is invalid: ${message}` });
  });

  it('is not done by way of the pod itself', async () => {
    const api = await withPod();
    const containers = [
      { name: 'app', image: 'busybox:1', resources: { ...SMALL, limits: { cpu: '1', memory: '64Mi' } } },
    ];
    expect((await api.mergePatch(`${PODS}/web`, { spec: { containers } })).object).toMatchObject({ code: 422 });
  });
});
