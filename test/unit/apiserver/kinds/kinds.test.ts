import { describe, expect, it } from '@jest/globals';
import type * as core from 'kubernetes-types/core/v1.d.ts';
import type { PersistentVolumeClaim } from '../../../../src/api/schema/claim.js';
import type { Namespace } from '../../../../src/api/schema/namespace.js';
import type { Node } from '../../../../src/api/schema/node.js';
import type { ServiceAccount } from '../../../../src/api/schema/service-account.js';
import { allKinds } from '../../../../src/apiserver/kinds/all-kinds.js';
import { TestApi } from '../resources/harness.js';

/** These lines are a test: a misspelt field does not compile. */
const assignable = {
  claim: (claim: PersistentVolumeClaim): core.PersistentVolumeClaim => claim,
  namespace: (namespace: Namespace): core.Namespace => namespace,
  node: (node: Node): core.Node => node,
  account: (account: ServiceAccount): core.ServiceAccount => account,
};

const NS = '/api/v1/namespaces/default';
const metadata = (name: string): object => ({ metadata: { name } });

/** What one object of each kind looks like in a table: path, object, cells after 90 s. */
const TABLES: readonly (readonly [path: string, object: object, cells: readonly unknown[]])[] = [
  [`${NS}/configmaps`, { ...metadata('a'), data: { k: 'v' }, binaryData: { b: 'AA==' } }, ['a', 2, '90s']],
  [`${NS}/secrets`, { ...metadata('a'), stringData: { k: 'v' } }, ['a', 'Opaque', 1, '90s']],
  [`${NS}/serviceaccounts`, { ...metadata('a'), secrets: [{ name: 's' }] }, ['a', 1, '90s']],
  ['/api/v1/namespaces', metadata('a'), ['a', 'Active', '90s']],
  [
    `/apis/coordination.k8s.io/v1/namespaces/default/leases`,
    { ...metadata('a'), spec: { holderIdentity: 'me', renewTime: '2026-01-01T00:00:00.123456Z' } },
    ['a', 'me', '90s'],
  ],
  [
    '/api/v1/nodes',
    {
      metadata: { name: 'a', labels: { 'node-role.kubernetes.io/worker': '', 'kubernetes.io/role': 'agent' } },
      spec: { unschedulable: true },
      status: {
        conditions: [{ type: 'Ready', status: 'True' }],
        addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
        nodeInfo: {
          ...{ machineID: '', systemUUID: '', bootID: '', operatingSystem: 'linux', architecture: 'amd64' },
          ...{ kernelVersion: '6.1', osImage: 'Debian', kubeletVersion: 'v1.34.0' },
          containerRuntimeVersion: 'docker://20.10.24',
        },
      },
    },
    [
      ...['a', 'Ready,SchedulingDisabled', 'agent,worker', '90s', 'v1.34.0', '10.0.0.1', '<none>'],
      ...['Debian', '6.1', 'docker://20.10.24'],
    ],
  ],
  [
    '/api/v1/nodes',
    metadata('a'),
    ['a', 'Unknown', '<none>', '90s', '<unknown>', '<none>', '<none>', '<unknown>', '<unknown>', '<unknown>'],
  ],
  [
    `${NS}/persistentvolumeclaims`,
    {
      ...metadata('a'),
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '1Gi' } } },
    },
    ['a', 'Pending', '', '', '', 'fast', '<unset>', '90s', 'Filesystem'],
  ],
  [
    '/api/v1/persistentvolumes',
    {
      ...metadata('a'),
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteMany', 'ReadWriteOnce'],
        hostPath: { path: '/x' },
        claimRef: { namespace: 'default', name: 'c' },
      },
    },
    ['a', '1Gi', 'RWO,RWX', 'Retain', 'Pending', 'default/c', '', '<unset>', '', '90s', 'Filesystem'],
  ],
  [
    `${NS}/events`,
    {
      ...metadata('a'),
      involvedObject: { kind: 'Pod', namespace: 'default', name: 'web', fieldPath: 'spec.containers{app}' },
      ...{ type: 'Normal', reason: 'Pulled', message: ' done\n', count: 3 },
      source: { component: 'kubelet', host: 'node-a' },
      firstTimestamp: '2026-01-01T00:00:30Z',
      lastTimestamp: '2026-01-01T00:01:20Z',
    },
    ['10s', 'Normal', 'Pulled', 'pod/web', 'spec.containers{app}', 'kubelet, node-a', 'done', '60s', 3, 'a'],
  ],
  [
    '/apis/events.k8s.io/v1/namespaces/default/events',
    {
      ...metadata('a'),
      regarding: { kind: 'Pod', namespace: 'default', name: 'web' },
      ...{ type: 'Warning', reason: 'Broken', note: 'oh', eventTime: '2026-01-01T00:00:30.000000Z' },
      ...{ reportingController: 'me', reportingInstance: 'me-1' },
      series: { count: 7, lastObservedTime: '2026-01-01T00:01:00.000000Z' },
    },
    ['30s', 'Warning', 'Broken', 'pod/web', '', 'me, me-1', 'oh', '60s', 7, 'a'],
  ],
];

const written = allKinds.filter(({ verbs }) => verbs.includes('create'));

describe('every kind', () => {
  it('has types like upstream', () => {
    expect(Object.keys(assignable)).toHaveLength(4);
  });

  it.each(TABLES)('at %s shows %j as it should', async (path, object, cells) => {
    const api = new TestApi();
    const created = await api.call('POST', `${path}?fieldValidation=Strict`, { body: object });
    expect(created).toMatchObject({ status: 201, warnings: [] });
    await api.clock.advance(90_000);
    const table = await api.call('GET', `${path}/a`, {
      headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    });
    expect((table.object['rows'] as { cells: unknown[] }[])[0]?.cells).toEqual(cells);
  });

  it.each(written.map((kind) => [`${kind.plural}.${kind.group}`, kind] as const))(
    '%s defaults an object the same way twice, and finds its own defaults right',
    async (_, kind) => {
      const base = `/${kind.group === '' ? 'api' : `apis/${kind.group}`}/${kind.version}`;
      const path = `${base}${kind.namespaced ? '/namespaces/default' : ''}/${kind.plural}`;
      const object = TABLES.find(([at]) => at === path)?.[1];
      const body = object ?? { metadata: { name: 'a' }, spec: { containers: [{ name: 'c', image: 'i' }] } };
      const api = new TestApi();
      const created = await api.call('POST', path, { body });
      expect(created.status).toBe(201);
      const again = await api.call('PUT', `${path}/a?fieldValidation=Strict`, { body: created.object });
      expect(again.status).toBe(200);
      expect(again.object).toEqual(created.object);
    },
  );
});

describe('a secret', () => {
  const SECRETS = `${NS}/secrets`;

  it('takes plain text and keeps it encoded', async () => {
    const api = new TestApi();
    const body = { ...metadata('s'), data: { a: 'b2xk', b: 'Yg==' }, stringData: { a: 'new' } };
    const { object } = await api.call('POST', SECRETS, { body });
    expect(object).toMatchObject({ data: { a: 'bmV3', b: 'Yg==' }, type: 'Opaque' });
    expect(object).not.toHaveProperty('stringData');
  });

  it.each([
    [{ type: 'kubernetes.io/tls', data: {} }, 'data[tls.crt]: Required value'],
    [{ type: 'kubernetes.io/dockerconfigjson' }, 'data[.dockerconfigjson]: Required value'],
    [{ data: { 'a/b': 'Yg==' } }, 'data[a/b]: Invalid value'],
  ])('%j is refused', async (fields, message) => {
    const { object } = await new TestApi().call('POST', SECRETS, { body: { ...metadata('s'), ...fields } });
    expect(object).toMatchObject({ code: 422, message: expect.stringContaining(message) });
  });

  it('never appears in an error', async () => {
    const body = { ...metadata('s'), data: { a: 'not base64: hunter2' }, stringData: { b: 42_424_242 } };
    const { object } = await new TestApi().call('POST', SECRETS, { body });
    expect(object['code']).toBe(400);
    expect(JSON.stringify(object)).not.toMatch(/hunter2|42/);
  });

  it('is found by its type, keeps it, and can be immutable', async () => {
    const api = new TestApi();
    await api.call('POST', SECRETS, { body: { ...metadata('s'), data: { a: 'YQ==' }, immutable: true } });
    const found = await api.call('GET', `${SECRETS}?fieldSelector=type%3DOpaque`);
    expect(found.object['items']).toHaveLength(1);
    for (const [patch, message] of [
      [{ type: 'x' }, 'Secret "s" is invalid: type: Invalid value: "x": field is immutable'],
      [{ data: { a: 'Yg==' } }, 'Secret "s" is invalid: data: Forbidden: field is immutable when `immutable` is set'],
      [{ immutable: null }, 'Secret "s" is invalid: immutable: Forbidden: field is immutable when `immutable` is set'],
    ] as const)
      expect((await api.mergePatch(`${SECRETS}/s`, patch)).object).toMatchObject({ code: 422, message });
    expect((await api.mergePatch(`${SECRETS}/s`, { metadata: { labels: { a: 'b' } } })).status).toBe(200);
  });
});

describe('events', () => {
  const CORE = `${NS}/events`;
  const GROUP = '/apis/events.k8s.io/v1/namespaces/default/events';
  const event = {
    ...metadata('web.1'),
    involvedObject: { kind: 'Pod', namespace: 'default', name: 'web' },
    ...{ reason: 'Started', message: 'Started container', type: 'Normal', count: 2 },
    source: { component: 'kubelet', host: 'node-a' },
    lastTimestamp: '2026-01-01T00:00:00Z',
    reportingComponent: 'kubelet',
  };

  it('are the same in both groups, each in its form', async () => {
    const api = new TestApi();
    await api.call('POST', CORE, { body: event });
    const { object } = await api.call('GET', `${GROUP}/web.1`);
    expect(object).toEqual({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: expect.objectContaining({ name: 'web.1', resourceVersion: '3' }),
      regarding: event.involvedObject,
      ...{ reason: 'Started', note: 'Started container', type: 'Normal', deprecatedCount: 2 },
      deprecatedSource: event.source,
      deprecatedLastTimestamp: event.lastTimestamp,
      reportingController: 'kubelet',
    });
    expect((await api.call('GET', '/apis/events.k8s.io/v1/events')).object).toMatchObject({
      kind: 'EventList',
      apiVersion: 'events.k8s.io/v1',
      items: [object],
    });
    await api.mergePatch(`${GROUP}/web.1`, { note: 'again' });
    expect((await api.call('GET', `${CORE}/web.1`)).object).toMatchObject({ ...event, metadata: {}, message: 'again' });
  });

  it('are watched in both groups', async () => {
    const api = new TestApi();
    const watches = [CORE, GROUP].map((path) => api.watch(`${path}?resourceVersion=2`));
    await api.call('POST', CORE, { body: event });
    await api.call('DELETE', `${GROUP}/web.1`);
    const lines = await Promise.all(watches.map(async (watch) => [await watch.next(), await watch.next()]));
    expect(lines).toMatchObject([
      [
        { type: 'ADDED', object: { apiVersion: 'v1', message: 'Started container' } },
        { type: 'DELETED', object: { apiVersion: 'v1', message: 'Started container' } },
      ],
      [
        { type: 'ADDED', object: { apiVersion: 'events.k8s.io/v1', note: 'Started container' } },
        { type: 'DELETED', object: { apiVersion: 'events.k8s.io/v1', note: 'Started container' } },
      ],
    ]);
    for (const watch of watches) watch.stop();
  });

  it.each([
    [CORE, 'involvedObject.name=web,involvedObject.namespace=default,involvedObject.kind=Pod', 1],
    [CORE, 'involvedObject.name=other', 0],
    [CORE, 'involvedObject.uid=,type!=Warning,reason=Started,source=kubelet', 1],
    [GROUP, 'regarding.name=web,reportingController=kubelet', 1],
    [GROUP, 'type=Warning', 0],
  ])('at %s are selected by %s', async (path, selector, count) => {
    const api = new TestApi();
    await api.call('POST', CORE, { body: event });
    const { object } = await api.call('GET', `${path}?fieldSelector=${encodeURIComponent(selector)}`);
    expect(object['items']).toHaveLength(count);
  });

  it('live where what they are about does', async () => {
    const body = { ...event, involvedObject: { ...event.involvedObject, namespace: 'other' } };
    expect((await new TestApi().call('POST', CORE, { body })).object).toMatchObject({
      code: 422,
      message:
        'Event "web.1" is invalid: involvedObject.namespace: Invalid value: "other": does not match event.namespace',
    });
  });
});

describe('a claim', () => {
  const CLAIMS = `${NS}/persistentvolumeclaims`;
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };

  it('says what it needs', async () => {
    const { object } = await new TestApi().call('POST', CLAIMS, {
      body: { ...metadata('c'), spec: { accessModes: ['Some'] } },
    });
    expect(object['message']).toBe(
      'PersistentVolumeClaim "c" is invalid: [spec.accessModes[0]: Unsupported value: "Some": supported values: ' +
        '"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod", spec.resources[storage]: Required value]',
    );
  });

  it('can be bound and can grow, and nothing else', async () => {
    const api = new TestApi();
    await api.call('POST', CLAIMS, { body: { ...metadata('c'), spec } });
    expect((await api.mergePatch(`${CLAIMS}/c`, { spec: { volumeName: 'v' } })).status).toBe(200);
    expect(
      (await api.mergePatch(`${CLAIMS}/c`, { spec: { resources: { requests: { storage: '2Gi' } } } })).status,
    ).toBe(200);
    expect((await api.mergePatch(`${CLAIMS}/c`, { spec: { volumeName: 'w' } })).object['message']).toContain(
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
    );
  });
});

describe('a lease', () => {
  const LEASES = '/apis/coordination.k8s.io/v1/namespaces/default/leases';

  it('is won by one of two who saw the same version', async () => {
    const api = new TestApi();
    const { object } = await api.call('POST', LEASES, {
      body: { ...metadata('leader'), spec: { leaseTransitions: 0 } },
    });
    const claim = (holderIdentity: string): object => ({ ...object, spec: { holderIdentity } });
    expect((await api.call('PUT', `${LEASES}/leader`, { body: claim('a') })).status).toBe(200);
    expect((await api.call('PUT', `${LEASES}/leader`, { body: claim('b') })).object).toMatchObject({
      code: 409,
      message:
        'Operation cannot be fulfilled on leases.coordination.k8s.io "leader": the object has been modified; ' +
        'please apply your changes to the latest version and try again',
      details: { name: 'leader', group: 'coordination.k8s.io', kind: 'leases' },
    });
  });

  it('lasts some time', async () => {
    const body = { ...metadata('l'), spec: { leaseDurationSeconds: 0 } };
    expect((await new TestApi().call('POST', LEASES, { body })).object['message']).toBe(
      'Lease.coordination.k8s.io "l" is invalid: spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
    );
  });
});
