import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../../src/api/schema/meta.js';
import { pod, PODS, TestApi } from './harness.js';

type Spec = Readonly<Record<string, unknown>> & { readonly containers: readonly Readonly<Record<string, unknown>>[] };

const ONLY =
  'Pod "web" is invalid: spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,' +
  '`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),' +
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n';

async function withPod(spec: Readonly<Record<string, unknown>> = {}): Promise<TestApi> {
  const api = new TestApi();
  const { status } = await api.call('POST', PODS, { body: pod('web', spec) });
  expect(status).toBe(201);
  return api;
}

async function specOf(api: TestApi): Promise<Spec> {
  return ((await api.call('GET', `${PODS}/web`)).object as { spec: Spec }).spec;
}

/** The pod with its spec changed, as `kubectl replace` sends it. */
async function replace(api: TestApi, change: (spec: Spec) => object): Promise<Awaited<ReturnType<TestApi['call']>>> {
  const { object } = await api.call('GET', `${PODS}/web`);
  return api.call('PUT', `${PODS}/web`, { body: { ...object, spec: change((object as { spec: Spec }).spec) } });
}

const first = (spec: Spec, change: object): object => ({ ...spec, containers: [{ ...spec.containers[0], ...change }] });

describe('a new pod', () => {
  it('is defaulted, on this node and pending', async () => {
    const api = await withPod({ containers: [{ name: 'app', image: 'nginx', ports: [{ containerPort: 80 }] }] });
    expect((await api.call('GET', `${PODS}/web`)).object).toMatchObject({
      metadata: { generation: 1 },
      spec: {
        nodeName: 'node-a',
        restartPolicy: 'Always',
        terminationGracePeriodSeconds: 30,
        containers: [{ imagePullPolicy: 'Always', ports: [{ containerPort: 80, protocol: 'TCP' }] }],
      },
      status: { phase: 'Pending', qosClass: 'BestEffort' },
    });
  });

  it('comes with warnings about what it asks for in vain', async () => {
    const { status, warnings } = await new TestApi().call('POST', PODS, {
      body: pod('web', { priorityClassName: 'high' }),
    });
    expect(status).toBe(201);
    expect(warnings).toEqual([expect.stringMatching(/^spec\.priorityClassName has no effect: /)]);
  });

  it('comes with none about whose field it is when it is applied: that is written down by the server', async () => {
    const { status, warnings } = await new TestApi().call('PATCH', `${PODS}/web?fieldManager=me`, {
      // As applying leaves it.
      body: { ...pod('web'), metadata: { managedFields: [{ manager: 'me', operation: 'Apply' }] } },
      headers: { 'content-type': 'application/apply-patch+yaml' },
    });
    expect({ status, warnings }).toEqual({ status: 201, warnings: [] });
  });

  it('may name this node and no other', async () => {
    const api = new TestApi();
    expect((await api.call('POST', PODS, { body: pod('a', { nodeName: 'node-a' }) })).warnings).toEqual([]);
    expect((await api.call('POST', PODS, { body: pod('b', { nodeName: 'node-b' }) })).object).toMatchObject({
      code: 422,
      message: 'Pod "b" is invalid: spec.nodeName: Invalid value: "node-b": this node is "node-a"',
    });
  });
});

describe('updating a pod', () => {
  it.each([
    ['an image', {}, (spec: Spec) => first(spec, { image: 'busybox:2' })],
    ['a deadline', {}, (spec: Spec) => ({ ...spec, activeDeadlineSeconds: 60 })],
    ['a shorter deadline', { activeDeadlineSeconds: 60 }, (spec: Spec) => ({ ...spec, activeDeadlineSeconds: 30 })],
    [
      'one more toleration',
      { tolerations: [{ key: 'a', operator: 'Exists' }] },
      (spec: Spec) => ({
        ...spec,
        tolerations: [
          { key: 'b', operator: 'Exists' },
          { key: 'a', operator: 'Exists' },
        ],
      }),
    ],
    [
      'how long a toleration lasts',
      { tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 }] },
      (spec: Spec) => ({
        ...spec,
        tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 9 }],
      }),
    ],
  ])('may change %s', async (_, spec, change) => {
    const api = await withPod(spec);
    const { status, object } = await replace(api, change);
    expect([status, object['message']]).toEqual([200, undefined]);
    expect(object).toMatchObject({ metadata: { generation: 2 } });
  });

  it.each([
    ['a command', {}, (spec: Spec) => first(spec, { command: ['x'] }), `${ONLY}changed: spec.containers[0].command`],
    ['a name', {}, (spec: Spec) => first(spec, { name: 'other' }), `${ONLY}changed: spec.containers[0].name`],
    [
      'a longer grace',
      {},
      (spec: Spec) => ({ ...spec, terminationGracePeriodSeconds: 60 }),
      `${ONLY}changed: spec.terminationGracePeriodSeconds`,
    ],
    ['the node', {}, ({ nodeName: _, ...spec }: Spec) => spec, `${ONLY}changed: spec.nodeName`],
    [
      'the number of containers',
      {},
      (spec: Spec) => ({ ...spec, containers: [...spec.containers, { name: 'more', image: 'x' }] }),
      'Pod "web" is invalid: spec.containers: Forbidden: pod updates may not add or remove containers',
    ],
    [
      'the number of init containers',
      {},
      (spec: Spec) => ({ ...spec, initContainers: [{ name: 'more', image: 'x' }] }),
      'Pod "web" is invalid: spec.initContainers: Forbidden: pod updates may not add or remove containers',
    ],
    [
      'a longer deadline',
      { activeDeadlineSeconds: 60 },
      (spec: Spec) => ({ ...spec, activeDeadlineSeconds: 61 }),
      'Pod "web" is invalid: spec.activeDeadlineSeconds: Invalid value: 61: must be less than or equal to previous value',
    ],
    [
      'no deadline any more',
      { activeDeadlineSeconds: 60 },
      ({ activeDeadlineSeconds: _, ...spec }: Spec) => spec,
      'Pod "web" is invalid: spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive integer to nil value',
    ],
    [
      'fewer tolerations',
      { tolerations: [{ key: 'a', operator: 'Exists' }] },
      (spec: Spec) => ({ ...spec, tolerations: [] }),
      'Pod "web" is invalid: spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds',
    ],
    [
      'an image to nothing',
      {},
      (spec: Spec) => first(spec, { image: '' }),
      'Pod "web" is invalid: spec.containers[0].image: Required value',
    ],
  ])('may not change %s', async (_, spec, change, message) => {
    const api = await withPod(spec);
    const { revision } = api.store;
    expect((await replace(api, change)).object).toMatchObject({ code: 422, message });
    expect(api.store.revision).toBe(revision);
  });

  it('may change labels and annotations', async () => {
    const api = await withPod();
    const { object } = await api.mergePatch(`${PODS}/web`, {
      metadata: { labels: { a: 'b' }, annotations: { c: 'd' } },
    });
    expect(object).toMatchObject({ metadata: { labels: { a: 'b' }, annotations: { c: 'd' }, generation: 1 } });
  });
});

describe('a static pod', () => {
  const staticPod = (): TestApi => {
    const api = new TestApi();
    const annotations = { 'kubernetes.io/config.source': 'file', 'kubelette.dev/manifest': '/etc/pods/web.yaml' };
    const metadata = { name: 'web', namespace: 'default', annotations };
    api.store.create({ ...pod('web'), metadata } as unknown as KubeObject);
    return api;
  };

  it.each([
    ['PATCH', '', { metadata: { labels: { a: 'b' } } }],
    ['PATCH', '/status', { status: {} }],
    ['PATCH', '/ephemeralcontainers', {}],
    ['DELETE', '', {}],
    ['POST', '/eviction', {}],
  ])('is not for the API to change: %s %j', async (method, part, body) => {
    const api = staticPod();
    const headers = { 'content-type': 'application/merge-patch+json' };
    expect((await api.call(method, `${PODS}/web${part}`, { body, headers })).object).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message: 'pods "web" is forbidden: it is a static pod; change or remove /etc/pods/web.yaml instead',
    });
    expect(api.store.revision).toBe(3);
  });
});

describe('evicting', () => {
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'web', namespace: 'default' } };

  it('deletes the pod with the options given', async () => {
    const api = await withPod();
    const body = { ...eviction, deleteOptions: { gracePeriodSeconds: 3 } };
    expect(await api.call('POST', `${PODS}/web/eviction`, { body })).toMatchObject({
      status: 201,
      object: { kind: 'Status', status: 'Success', code: 201 },
    });
    expect((await api.call('GET', `${PODS}/web`)).object).toMatchObject({
      metadata: { deletionGracePeriodSeconds: 3 },
    });
  });

  it('can be rehearsed, and is refused for what is not there or is another pod', async () => {
    const api = await withPod();
    const { revision } = api.store;
    const rehearsal = { ...eviction, deleteOptions: { dryRun: ['All'] } };
    expect((await api.call('POST', `${PODS}/web/eviction`, { body: rehearsal })).status).toBe(201);
    expect((await api.call('POST', `${PODS}/other/eviction`, { body: {} })).status).toBe(404);
    expect((await api.call('POST', `${PODS}/web/eviction`, { body: { metadata: { name: 'x' } } })).status).toBe(400);
    expect(api.store.revision).toBe(revision);
  });
});

describe('ephemeral containers', () => {
  const PATH = `${PODS}/web/ephemeralcontainers`;
  const patch = (...ephemeralContainers: readonly object[]): object => ({ spec: { ephemeralContainers } });
  const debugger_ = { name: 'debug', image: 'busybox:1', targetContainerName: 'app', stdin: true };

  it('are added, defaulted, with a word on what they are good for', async () => {
    const api = await withPod();
    const answer = await api.mergePatch(PATH, patch({ ...debugger_, resources: {} }));
    expect(answer).toMatchObject({ status: 200, warnings: [] });
    expect(answer.object).toMatchObject({
      kind: 'Pod',
      metadata: { generation: 2 },
      spec: { ephemeralContainers: [{ ...debugger_, imagePullPolicy: 'IfNotPresent' }] },
    });
    expect((await api.call('GET', PATH)).object).toEqual(answer.object);
    const second = await api.mergePatch(PATH, patch(...(await existing(api)), { name: 'two', image: 'x' }));
    expect(second.status).toBe(200);
    // The rest of the pod can be changed as before.
    expect((await api.mergePatch(`${PODS}/web`, { metadata: { labels: { a: 'b' } } })).status).toBe(200);
  });

  const existing = async (api: TestApi): Promise<readonly object[]> =>
    ((await specOf(api))['ephemeralContainers'] ?? []) as readonly object[];

  it('leave the rest of the pod as it is', async () => {
    const api = await withPod();
    const before = await specOf(api);
    const body = {
      metadata: { labels: { a: 'b' } },
      spec: { ...first(before, { image: 'other' }), ephemeralContainers: [debugger_] },
    };
    const { object } = await api.mergePatch(PATH, body);
    expect(object).toMatchObject({ spec: before });
    expect(object['metadata']).not.toHaveProperty('labels');
  });

  it.each([
    ['removed', () => [], 'existing ephemeral containers "debug" may not be removed'],
    [
      'changed',
      ([one]: readonly object[]) => [{ ...one, image: 'other' }],
      'existing ephemeral containers "debug" may not be changed',
    ],
  ])('cannot be %s', async (_, change, why) => {
    const api = await withPod();
    await api.mergePatch(PATH, patch(debugger_));
    const answer = await api.mergePatch(PATH, patch(...change(await existing(api))));
    expect(answer.object).toMatchObject({
      code: 422,
      message: `Pod "web" is invalid: spec.ephemeralContainers: Forbidden: ${why}`,
    });
    const onTheSide = await api.mergePatch(`${PODS}/web`, patch(...change(await existing(api))));
    expect(onTheSide.object['message']).toContain('pod updates may not change fields other than');
  });

  it.each([
    [{ name: '' }, '[0].name: Required value'],
    [{ name: 'app' }, '[0].name: Duplicate value: "app"'],
    [{ image: '' }, '[0].image: Required value'],
    [{ targetContainerName: 'nobody' }, '[0].targetContainerName: Not found: "nobody"'],
    [{ ports: [{ containerPort: 1 }] }, '[0].ports: Forbidden: cannot be set for an Ephemeral Container'],
    [{ livenessProbe: { exec: {} } }, '[0].livenessProbe: Forbidden: cannot be set for an Ephemeral Container'],
    [{ resources: { limits: { cpu: '1' } } }, '[0].resources: Forbidden: cannot be set for an Ephemeral Container'],
    [{ lifecycle: { preStop: {} } }, '[0].lifecycle: Forbidden: cannot be set for an Ephemeral Container'],
    [
      { restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [1] } }] },
      '[0].restartPolicyRules: Forbidden: cannot be set for an Ephemeral Container',
    ],
    [
      { volumeMounts: [{ name: 'v', mountPath: '/v', subPath: 'x' }] },
      '[0].volumeMounts[0].subPath: Forbidden: cannot be set for an Ephemeral Container',
    ],
  ])('%j is refused', async (change, message) => {
    const api = await withPod({ volumes: [{ name: 'v', emptyDir: {} }] });
    const answer = await api.mergePatch(PATH, patch({ ...debugger_, ...change }));
    expect(answer.object).toMatchObject({
      code: 422,
      message: `Pod "web" is invalid: spec.ephemeralContainers${message}`,
    });
  });

  it('are not for new pods', async () => {
    const { object } = await new TestApi().call('POST', PODS, {
      body: pod('web', { ephemeralContainers: [debugger_] }),
    });
    expect(object['message']).toBe(
      'Pod "web" is invalid: spec.ephemeralContainers: Forbidden: cannot be set on create',
    );
  });
});
