import { describe, expect, it } from '@jest/globals';
import { CONFIG_MAPS, configMap, pod, PODS, TestApi } from './harness.js';

const TABLE = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
const METADATA = { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' };

async function withMaps(...names: readonly string[]): Promise<TestApi> {
  const api = new TestApi();
  for (const name of names) {
    const [namespace = '', own = ''] = name.includes('/') ? name.split('/') : ['default', name];
    const metadata = { name: own, labels: { initial: own.slice(0, 1) } };
    await api.call('POST', `/api/v1/namespaces/${namespace}/configmaps`, { body: configMap(own, { metadata }) });
  }
  return api;
}

const namesOf = (object: Readonly<Record<string, unknown>>): string[] =>
  (object['items'] as { metadata: { namespace: string; name: string } }[]).map(
    ({ metadata }) => `${metadata.namespace}/${metadata.name}`,
  );

describe('a list', () => {
  it('is of one namespace or of all, by namespace and then name', async () => {
    const api = await withMaps('b', 'other/a', 'a', 'a-b', 'a.b');
    const { status, object } = await api.call('GET', '/api/v1/configmaps');
    expect(status).toBe(200);
    expect(object).toMatchObject({ kind: 'ConfigMapList', apiVersion: 'v1', metadata: { resourceVersion: '7' } });
    expect(namesOf(object)).toEqual(['default/a', 'default/a-b', 'default/a.b', 'default/b', 'other/a']);
    expect(namesOf((await api.call('GET', '/api/v1/namespaces/other/configmaps')).object)).toEqual(['other/a']);
  });

  it('of a namespace that is not there is empty', async () => {
    const { status, object } = await new TestApi().call('GET', '/api/v1/namespaces/nope/configmaps');
    expect(status).toBe(200);
    expect(object['items']).toEqual([]);
  });

  it.each([
    ['labelSelector=initial%3Da', ['default/a', 'default/ab']],
    ['labelSelector=initial!%3Da', ['default/b']],
    ['fieldSelector=metadata.name%3Db', ['default/b']],
    ['fieldSelector=metadata.name!%3Db,metadata.namespace%3Ddefault', ['default/a', 'default/ab']],
    ['labelSelector=initial%3Da&fieldSelector=metadata.name%3Da', ['default/a']],
  ])('selects by %s', async (query, names) => {
    const api = await withMaps('a', 'ab', 'b');
    expect(namesOf((await api.call('GET', `${CONFIG_MAPS}?${query}`)).object)).toEqual(names);
  });

  it('selects pods by their fields', async () => {
    const api = new TestApi();
    await api.call('POST', PODS, { body: pod('a') });
    await api.call('POST', PODS, { body: pod('b', { restartPolicy: 'Never' }) });
    await api.mergePatch(`${PODS}/b/status`, { status: { phase: 'Running', podIP: '10.0.0.7' } });
    for (const [selector, names] of [
      ['spec.nodeName=node-a', ['default/a', 'default/b']],
      ['spec.restartPolicy=Never', ['default/b']],
      ['spec.hostNetwork=false,status.phase!=Running', ['default/a']],
      ['status.podIP=', ['default/a']],
      ['spec.schedulerName=default-scheduler,status.podIP=10.0.0.7', ['default/b']],
    ] as const) {
      const { object } = await api.call('GET', `${PODS}?fieldSelector=${encodeURIComponent(selector)}`);
      expect([selector, namesOf(object)]).toEqual([selector, names]);
    }
  });

  it.each([
    ['fieldSelector=foo%3Dbar', 400, 'field label not supported: foo'],
    ['fieldSelector=foo', 400, "invalid selector: 'foo'; can't understand 'foo'"],
    ['fieldSelector=constructor%3Dx', 400, 'field label not supported: constructor'],
    ['labelSelector=a%20b', 400, "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['limit=x', 400, 'limit: expected a number, got "x"'],
    ['continue=nonsense', 400, 'continue key is not valid: it was not made by this server'],
    ['resourceVersion=x', 400, 'Invalid value: "x": invalid resource version'],
    ['resourceVersion=99', 504, 'Too large resource version: 99, current: 2'],
    ['resourceVersion=1&resourceVersionMatch=Exact', 410, 'The resourceVersion for the provided list is too old.'],
    ['includeObject=All', 400, 'unrecognized includeObject value: "All"'],
  ])('with %s is refused', async (query, code, message) => {
    expect((await new TestApi().call('GET', `${CONFIG_MAPS}?${query}`)).object).toMatchObject({ code, message });
  });

  it('that takes any version takes this one', async () => {
    const api = await withMaps('a');
    for (const query of ['resourceVersion=0', 'resourceVersion=1', 'resourceVersion=3&resourceVersionMatch=Exact'])
      expect((await api.call('GET', `${CONFIG_MAPS}?${query}`)).status).toBe(200);
  });

  it('comes in parts, all of the first one’s version', async () => {
    const api = await withMaps('a', 'b', 'c', 'd', 'e');
    const first = (await api.call('GET', `${CONFIG_MAPS}?limit=2`)).object;
    expect(namesOf(first)).toEqual(['default/a', 'default/b']);
    expect(first['metadata']).toMatchObject({ resourceVersion: '7', remainingItemCount: 3 });
    await api.call('DELETE', `${CONFIG_MAPS}/c`);
    const token = (first['metadata'] as { continue: string }).continue;
    const second = (await api.call('GET', `${CONFIG_MAPS}?limit=2&continue=${token}`)).object;
    expect(namesOf(second)).toEqual(['default/d', 'default/e']);
    expect(second['metadata']).toEqual({ resourceVersion: '7' });
  });

  it('does not count the rest when it selects', async () => {
    const api = await withMaps('a', 'ab', 'b');
    const { metadata } = (await api.call('GET', `${CONFIG_MAPS}?limit=1&labelSelector=initial%3Da`)).object;
    expect(metadata).toEqual({ resourceVersion: '5', continue: expect.any(String) });
  });

  it('is not gone on with when the changes in between are forgotten', async () => {
    const api = new TestApi({ historyLimit: 3 });
    for (const name of ['a', 'b', 'c']) await api.call('POST', CONFIG_MAPS, { body: configMap(name) });
    const { metadata } = (await api.call('GET', `${CONFIG_MAPS}?limit=1`)).object as { metadata: { continue: string } };
    for (const name of ['d', 'e', 'f', 'g']) await api.call('POST', CONFIG_MAPS, { body: configMap(name) });
    expect((await api.call('GET', `${CONFIG_MAPS}?limit=1&continue=${metadata.continue}`)).object).toMatchObject({
      code: 410,
      reason: 'Expired',
    });
  });
});

describe('a table', () => {
  it('has all columns and a row for each object', async () => {
    const api = new TestApi();
    await api.call('POST', PODS, { body: pod('web') });
    await api.clock.advance(90_000);
    const { object } = await api.call('GET', PODS, { headers: TABLE });
    expect(object).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata: { resourceVersion: '3' } });
    const columns = object['columnDefinitions'] as { name: string; priority: number; format: string }[];
    expect(columns.map(({ name, priority }) => `${name}${priority === 1 ? '*' : ''}`)).toEqual([
      ...['Name', 'Ready', 'Status', 'Restarts', 'Age', 'IP*', 'Node*', 'Nominated Node*', 'Readiness Gates*'],
    ]);
    expect(columns[0]?.format).toBe('name');
    expect(object['rows']).toEqual([
      {
        cells: ['web', '0/1', 'Pending', '0', '90s', '<none>', 'node-a', '<none>', '<none>'],
        object: {
          kind: 'PartialObjectMetadata',
          apiVersion: 'meta.k8s.io/v1',
          metadata: expect.objectContaining({ name: 'web', namespace: 'default' }),
        },
      },
    ]);
  });

  it('goes with as much of the object as is asked for', async () => {
    const api = await withMaps('a');
    const rowOf = async (query: string): Promise<unknown> =>
      ((await api.call('GET', `${CONFIG_MAPS}${query}`, { headers: TABLE })).object['rows'] as unknown[])[0];
    expect(await rowOf('?includeObject=None')).toEqual({ cells: ['a', 0, '0s'] });
    expect(await rowOf('?includeObject=Object')).toMatchObject({ object: { kind: 'ConfigMap', apiVersion: 'v1' } });
  });

  it('is made of a single object, too', async () => {
    const api = await withMaps('a');
    const { object } = await api.call('GET', `${CONFIG_MAPS}/a`, { headers: TABLE });
    expect(object).toMatchObject({
      kind: 'Table',
      metadata: { resourceVersion: '3' },
      rows: [{ cells: ['a', 0, '0s'] }],
    });
  });
});

describe('metadata alone', () => {
  it('is what metadata informers get', async () => {
    const api = await withMaps('a');
    const { object } = await api.call('GET', CONFIG_MAPS, { headers: METADATA });
    expect(object).toEqual({
      kind: 'PartialObjectMetadataList',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { resourceVersion: '3' },
      items: [
        {
          kind: 'PartialObjectMetadata',
          apiVersion: 'meta.k8s.io/v1',
          metadata: expect.objectContaining({ name: 'a', resourceVersion: '3' }),
        },
      ],
    });
  });
});
