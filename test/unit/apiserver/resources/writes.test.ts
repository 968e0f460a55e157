import { describe, expect, it } from '@jest/globals';
import { CONFIG_MAPS, configMap, pod, PODS, TestApi } from './harness.js';

/** An entry of managedFields. */
const owner = (manager: string, fieldsV1: object, time = '2026-01-01T00:00:00Z'): object => ({
  ...{ manager, operation: 'Update', apiVersion: 'v1', time, fieldsType: 'FieldsV1', fieldsV1 },
});

describe('who owns which field', () => {
  it('is told by fieldManager, or else by the client', async () => {
    const api = new TestApi();
    const headers = { 'user-agent': 'kubectl/v1.34.5 (linux/amd64) kubernetes/ebfac05' };
    await api.call('POST', `${CONFIG_MAPS}?fieldManager=helm`, { body: configMap('a', { data: { k: 'v' } }), headers });
    const body = { data: { n: 'w' } };
    const patch = { ...headers, 'content-type': 'application/merge-patch+json' };
    const { object } = await api.call('PATCH', `${CONFIG_MAPS}/a`, { body, headers: patch });
    expect((object['metadata'] as { managedFields: unknown }).managedFields).toEqual([
      owner('helm', { 'f:data': { '.': {}, 'f:k': {} } }),
      owner('kubectl', { 'f:data': { 'f:n': {} } }),
    ]);
  });

  it('is told apart for the status', async () => {
    const api = new TestApi();
    await api.call('POST', `${PODS}?fieldManager=me`, { body: pod('web') });
    const { object } = await api.mergePatch(`${PODS}/web/status?fieldManager=me`, { status: { reason: 'x' } });
    expect(object['metadata']).toMatchObject({
      managedFields: [
        { manager: 'me' },
        { manager: 'me', subresource: 'status', fieldsV1: { 'f:status': { 'f:reason': {} } } },
      ],
    });
  });

  it('is nobody where the node was assigned, so that applying the manifest does not take it away', async () => {
    const { object } = await new TestApi().call('POST', `${PODS}?fieldManager=me`, { body: pod('web') });
    expect(object['spec']).toMatchObject({ nodeName: 'node-a' });
    expect(JSON.stringify((object['metadata'] as { managedFields: unknown }).managedFields)).not.toContain(
      'f:nodeName',
    );
  });
});

describe('creating', () => {
  it('stores what was sent with the metadata of the server, and answers 201 with it', async () => {
    const api = new TestApi();
    const { status, object } = await api.call('POST', CONFIG_MAPS, { body: configMap('a', { data: { k: 'v' } }) });
    expect(status).toBe(201);
    expect(object).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'a',
        namespace: 'default',
        uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        creationTimestamp: '2026-01-01T00:00:00Z',
        resourceVersion: '3',
        managedFields: [owner('unknown', { 'f:data': { '.': {}, 'f:k': {} } })],
      },
      data: { k: 'v' },
    });
    expect((await api.call('GET', `${CONFIG_MAPS}/a`)).object).toEqual(object);
  });

  it('forgets what a manifest copied from a cluster says of an earlier life', async () => {
    const api = new TestApi();
    const copied = {
      ...{ name: 'a', namespace: 'default', uid: 'old', resourceVersion: '77', generation: 5, selfLink: '/x' },
      ...{ creationTimestamp: '2020-01-01T00:00:00Z', deletionTimestamp: '2020-01-01T00:00:00Z' },
      ...{ deletionGracePeriodSeconds: 3, managedFields: [{ manager: 'kubectl' }], labels: { kept: 'yes' } },
    };
    const { object } = await api.call('POST', CONFIG_MAPS, { body: configMap('a', { metadata: copied }) });
    expect(object['metadata']).toEqual({
      name: 'a',
      namespace: 'default',
      labels: { kept: 'yes' },
      uid: expect.not.stringContaining('old'),
      creationTimestamp: '2026-01-01T00:00:00Z',
      resourceVersion: '3',
      managedFields: [owner('unknown', { 'f:metadata': { 'f:labels': { '.': {}, 'f:kept': {} } } })],
    });
  });

  it('fills in apiVersion and kind, and drops nulls', async () => {
    const api = new TestApi();
    const body = { metadata: { name: 'a', labels: null, creationTimestamp: null }, data: { k: 'v', gone: null } };
    const { status, object } = await api.call('POST', CONFIG_MAPS, { body });
    expect(status).toBe(201);
    expect(object).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { k: 'v' } });
    expect(object['metadata']).not.toHaveProperty('labels');
  });

  it('makes up a name from generateName', async () => {
    const api = new TestApi();
    const body = configMap('', { metadata: { generateName: 'gen-' } });
    const names = new Set<unknown>();
    for (let n = 0; n < 20; n += 1) {
      const { metadata } = (await api.call('POST', CONFIG_MAPS, { body })).object as { metadata: { name: string } };
      expect(metadata.name).toMatch(/^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
      names.add(metadata.name);
    }
    expect(names.size).toBe(20);
  });

  it.each([
    ['a name that is taken', {}, configMap('taken'), 409, 'configmaps "taken" already exists'],
    [
      'no name',
      {},
      configMap(''),
      422,
      'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
    ],
    [
      'another namespace than that of the path',
      {},
      configMap('a', { metadata: { name: 'a', namespace: 'other' } }),
      400,
      'the namespace of the provided object does not match the namespace sent on the request',
    ],
    [
      'another version',
      {},
      configMap('a', { apiVersion: 'v2' }),
      400,
      'the API version in the data (v2) does not match the expected API version (v1)',
    ],
    ['another kind', {}, configMap('a', { kind: 'Pod' }), 400, 'Pod in version "v1" cannot be handled as a ConfigMap'],
    ['a list', {}, [], 400, 'expected an object of kind ConfigMap, got a list'],
    ['nothing', {}, undefined, 400, 'the request has no body'],
    [
      'a value of a wrong type',
      {},
      configMap('a', { data: { k: 1 } }),
      400,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: data[k]: expected string, got number 1 (put it in quotes)',
    ],
  ])('refuses %s', async (_, __, body, code, message) => {
    const api = new TestApi();
    await api.call('POST', CONFIG_MAPS, { body: configMap('taken') });
    const { revision } = api.store;
    const answer = await api.call('POST', CONFIG_MAPS, { body });
    expect(answer.object).toMatchObject({ kind: 'Status', status: 'Failure', code, message });
    expect(api.store.revision).toBe(revision);
  });

  it('refuses names that would reach a prototype', async () => {
    const api = new TestApi();
    const body = JSON.parse('{"metadata":{"name":"a","labels":{"__proto__":"x"}}}') as unknown;
    expect((await api.call('POST', CONFIG_MAPS, { body })).object).toMatchObject({
      code: 400,
      message: 'metadata.labels[__proto__]: this name is not allowed',
    });
  });

  it('refuses a namespace that is not there, and one that is going', async () => {
    const api = new TestApi();
    const missing = await api.call('POST', '/api/v1/namespaces/nope/configmaps', { body: configMap('a') });
    expect(missing.object).toMatchObject({
      code: 404,
      reason: 'NotFound',
      message: 'namespaces "nope" not found',
      details: { name: 'nope', kind: 'namespaces' },
    });
    const going = api.store.get('Namespace', 'other');
    if (going === undefined) throw new Error('no namespace');
    const metadata = { ...going.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' };
    api.store.update({ ...going, metadata });
    const refused = await api.call('POST', '/api/v1/namespaces/other/configmaps', { body: configMap('a') });
    expect(refused.object).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message:
        'configmaps "a" is forbidden: unable to create new content in namespace other because it is being terminated',
      details: { causes: [{ reason: 'NamespaceTerminating' }] },
    });
  });

  it('names all that is wrong, as causes, too', async () => {
    const api = new TestApi();
    const body = pod('Web', { containers: [{ name: 'a', image: '' }] });
    const { object } = await api.call('POST', PODS, { body });
    expect(object).toMatchObject({ code: 422, reason: 'Invalid', details: { name: 'Web', kind: 'Pod' } });
    expect(object['message']).toMatch(
      /^Pod "Web" is invalid: \[metadata\.name: Invalid value: "Web": .*, spec\.containers\[0\]\.image: Required value\]$/,
    );
    expect((object['details'] as { causes: unknown[] }).causes).toEqual([
      {
        reason: 'FieldValueInvalid',
        field: 'metadata.name',
        message: expect.stringMatching(/^Invalid value: "Web": a lower/),
      },
      { reason: 'FieldValueRequired', field: 'spec.containers[0].image', message: 'Required value' },
    ]);
  });

  it('with dryRun answers what would be stored, and stores nothing', async () => {
    const api = new TestApi();
    const { revision } = api.store;
    const { status, object } = await api.call('POST', `${CONFIG_MAPS}?dryRun=All`, { body: configMap('a') });
    expect(status).toBe(201);
    expect(object['metadata']).toMatchObject({ name: 'a', namespace: 'default', uid: expect.any(String) });
    expect(object['metadata']).not.toHaveProperty('resourceVersion');
    expect(api.store.revision).toBe(revision);
    await api.call('POST', CONFIG_MAPS, { body: configMap('a') });
    expect((await api.call('POST', `${CONFIG_MAPS}?dryRun=All`, { body: configMap('a') })).status).toBe(409);
    expect((await api.call('POST', `${CONFIG_MAPS}?dryRun=Some`, { body: configMap('b') })).status).toBe(422);
  });

  it('answers only when the object is on the disk', async () => {
    const api = new TestApi();
    api.diskError = new Error('no space left on device');
    expect((await api.call('POST', CONFIG_MAPS, { body: configMap('a') })).object).toMatchObject({
      code: 503,
      reason: 'ServiceUnavailable',
      message: 'the change is in effect, but could not be written to disk: no space left on device',
    });
  });

  it('refuses what would change anything while the disk is full, but not what deletes', async () => {
    const api = new TestApi();
    await api.call('POST', CONFIG_MAPS, { body: configMap('a') });
    const { revision } = api.store;
    api.diskError = new Error('no space left on device');
    api.diskFull = true;
    const refusal = {
      code: 503,
      reason: 'ServiceUnavailable',
      message: 'nothing was changed, as earlier changes could not be written to disk: no space left on device',
    };
    expect((await api.call('POST', CONFIG_MAPS, { body: configMap('b') })).object).toMatchObject(refusal);
    const changed = { ...configMap('a'), data: { other: 'value' } };
    expect((await api.call('PUT', `${CONFIG_MAPS}/a`, { body: changed })).object).toMatchObject(refusal);
    expect(api.store.revision).toBe(revision);
    expect((await api.call('DELETE', `${CONFIG_MAPS}/a`)).object).toMatchObject({
      message: 'the change is in effect, but could not be written to disk: no space left on device',
    });
    api.diskError = undefined;
    expect((await api.call('POST', CONFIG_MAPS, { body: configMap('b') })).status).toBe(201);
  });
});

describe('fields nobody knows', () => {
  const body = pod('web', {
    containers: [{ name: 'app', image: 'busybox:1', imagee: 'x' }],
    containerz: [],
  });

  it('are refused with Strict, all of them', async () => {
    const api = new TestApi();
    expect((await api.call('POST', `${PODS}?fieldValidation=Strict`, { body })).object).toMatchObject({
      code: 400,
      reason: 'BadRequest',
      message:
        'Pod in version "v1" cannot be handled as a Pod: strict decoding error: ' +
        'unknown field "spec.containers[0].imagee", unknown field "spec.containerz"',
    });
  });

  it.each([
    ['', ['unknown field "spec.containers[0].imagee"', 'unknown field "spec.containerz"']],
    ['?fieldValidation=Warn', ['unknown field "spec.containers[0].imagee"', 'unknown field "spec.containerz"']],
    ['?fieldValidation=Ignore', []],
  ])('are dropped with %j, and told as %j', async (query, warnings) => {
    const api = new TestApi();
    const answer = await api.call('POST', `${PODS}${query}`, { body });
    expect(answer.status).toBe(201);
    expect(answer.warnings).toEqual(warnings);
    expect(JSON.stringify(answer.object)).not.toMatch(/imagee|containerz/);
  });

  it('of what the server stored are not held against a patch', async () => {
    const api = new TestApi();
    await api.call('POST', PODS, { body: pod('web') });
    const stored = api.store.get('Pod', 'default/web');
    if (stored === undefined) throw new Error('no pod');
    api.store.update({ ...stored, status: { phase: 'Pending', ofTomorrow: 1 } } as typeof stored);
    const patched = await api.mergePatch(`${PODS}/web?fieldValidation=Strict`, { metadata: { labels: { a: 'b' } } });
    expect(patched.status).toBe(200);
    const wrong = await api.mergePatch(`${PODS}/web?fieldValidation=Strict`, { metadata: { label: {} } });
    expect(wrong.object['message']).toContain('strict decoding error: unknown field "metadata.label"');
  });
});

describe('updating', () => {
  const made = async (data: unknown = { k: 'v' }): Promise<TestApi> => {
    const api = new TestApi();
    await api.call('POST', CONFIG_MAPS, { body: configMap('a', { data }) });
    return api;
  };

  it('replaces the object and keeps what only the server writes', async () => {
    const api = await made();
    const before = (await api.call('GET', `${CONFIG_MAPS}/a`)).object;
    await api.clock.advance(5_000);
    const { status, object } = await api.call('PUT', `${CONFIG_MAPS}/a`, {
      body: configMap('a', { data: { n: 'w' } }),
    });
    expect(status).toBe(200);
    expect(object).toEqual({
      ...before,
      metadata: {
        ...(before['metadata'] as object),
        resourceVersion: '4',
        managedFields: [owner('unknown', { 'f:data': { '.': {}, 'f:n': {} } }, '2026-01-01T00:00:05Z')],
      },
      data: { n: 'w' },
    });
  });

  it('keeps the version when nothing changes', async () => {
    const api = await made();
    const put = await api.call('PUT', `${CONFIG_MAPS}/a`, { body: configMap('a', { data: { k: 'v' } }) });
    expect(put.object).toMatchObject({ metadata: { resourceVersion: '3' } });
    const patch = await api.mergePatch(`${CONFIG_MAPS}/a`, { data: { k: 'v' } });
    expect(patch.object).toMatchObject({ metadata: { resourceVersion: '3' } });
    expect(api.store.revision).toBe(3);
  });

  it.each([
    [
      'a stale version',
      { resourceVersion: '1' },
      409,
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    ],
    [
      'another uid',
      { uid: 'other' },
      409,
      expect.stringContaining('Precondition failed: UID in precondition: other, UID in object meta: '),
    ],
    ['another name', { name: 'b' }, 400, 'the name of the object (b) does not match the name on the URL (a)'],
    [
      'another namespace',
      { namespace: 'other' },
      400,
      'the namespace of the object (other) does not match the namespace on the request (default)',
    ],
  ])('refuses %s', async (_, metadata, code, message) => {
    const api = await made();
    const body = configMap('a', { metadata: { name: 'a', ...metadata } });
    expect((await api.call('PUT', `${CONFIG_MAPS}/a`, { body })).object).toMatchObject({ code, message });
    expect((await api.mergePatch(`${CONFIG_MAPS}/a`, { metadata })).object).toMatchObject({ code, message });
    expect(api.store.revision).toBe(3);
  });

  it('takes the current version', async () => {
    const api = await made();
    const body = configMap('a', { metadata: { name: 'a', resourceVersion: '3' }, data: {} });
    expect((await api.call('PUT', `${CONFIG_MAPS}/a`, { body })).status).toBe(200);
  });

  it('of what is not there answers 404', async () => {
    const api = new TestApi();
    expect((await api.call('PUT', `${CONFIG_MAPS}/a`, { body: configMap('a') })).object).toMatchObject({
      code: 404,
      message: 'configmaps "a" not found',
      details: { name: 'a', kind: 'configmaps' },
    });
  });

  it('with dryRun answers what would be stored, under the version there is', async () => {
    const api = await made();
    const { object } = await api.mergePatch(`${CONFIG_MAPS}/a?dryRun=All`, { data: { k: 'new' } });
    expect(object).toMatchObject({ metadata: { resourceVersion: '3' }, data: { k: 'new' } });
    expect((await api.call('GET', `${CONFIG_MAPS}/a`)).object).toMatchObject({ data: { k: 'v' } });
    expect(api.store.revision).toBe(3);
  });

  it('by server-side apply creates what is not there', async () => {
    const api = new TestApi();
    const headers = { 'content-type': 'application/apply-patch+yaml' };
    const body = { metadata: {}, data: { k: 'v' } };
    const created = await api.call('PATCH', `${CONFIG_MAPS}/a?fieldManager=me`, { body, headers });
    expect(created.status).toBe(201);
    expect(created.object).toMatchObject({ metadata: { name: 'a', namespace: 'default' }, data: { k: 'v' } });
    expect((await api.call('PATCH', `${CONFIG_MAPS}/a?fieldManager=me`, { body, headers })).status).toBe(200);
  });
});

describe('status and the rest', () => {
  it('are written apart from each other', async () => {
    const api = new TestApi();
    await api.call('POST', PODS, { body: { ...pod('web'), status: { phase: 'Running' } } });
    const created = (await api.call('GET', `${PODS}/web`)).object;
    expect(created).toMatchObject({ metadata: { generation: 1 }, status: { phase: 'Pending' } });

    await api.mergePatch(`${PODS}/web`, { metadata: { labels: { a: 'b' } }, status: { phase: 'Failed' } });
    const labelled = (await api.call('GET', `${PODS}/web`)).object;
    expect(labelled).toMatchObject({ metadata: { labels: { a: 'b' }, generation: 1 }, status: { phase: 'Pending' } });

    const change = { spec: { containers: [{ name: 'other', image: 'x' }] }, status: { phase: 'Running' } };
    const { status, object } = await api.mergePatch(`${PODS}/web/status`, change);
    expect(status).toBe(200);
    expect(object).toMatchObject({ spec: labelled['spec'], status: { phase: 'Running' }, metadata: { generation: 1 } });
    expect((await api.call('GET', `${PODS}/web/status`)).object).toEqual(object);
  });

  it('count generations of the spec only', async () => {
    const api = new TestApi();
    await api.call('POST', PODS, { body: pod('web') });
    const image = { spec: { containers: [{ name: 'app', image: 'busybox:2' }] } };
    const { object } = await api.mergePatch(`${PODS}/web`, {
      spec: { containers: [{ ...(await firstContainer(api)), ...image.spec.containers[0] }] },
    });
    expect(object).toMatchObject({ metadata: { generation: 2 } });
  });
});

async function firstContainer(api: TestApi): Promise<object> {
  const { spec } = (await api.call('GET', `${PODS}/web`)).object as { spec: { containers: object[] } };
  return spec.containers[0] ?? {};
}
