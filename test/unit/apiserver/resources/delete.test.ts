import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../../src/api/schema/meta.js';
import { CONFIG_MAPS, configMap, pod, PODS, TestApi } from './harness.js';

const uidOf = (object: Readonly<Record<string, unknown>>): string =>
  (object as unknown as KubeObject).metadata.uid ?? '';

describe('deleting', () => {
  it('removes the object and answers Success with its uid', async () => {
    const api = new TestApi();
    const { object } = await api.call('POST', CONFIG_MAPS, { body: configMap('a') });
    expect(await api.call('DELETE', `${CONFIG_MAPS}/a`, { body: { propagationPolicy: 'Background' } })).toEqual({
      status: 200,
      object: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Success',
        details: { name: 'a', kind: 'configmaps', uid: uidOf(object) },
      },
      warnings: [],
    });
    expect((await api.call('GET', `${CONFIG_MAPS}/a`)).status).toBe(404);
    expect((await api.call('DELETE', `${CONFIG_MAPS}/a`)).object).toMatchObject({ code: 404 });
  });

  it.each([
    [{ preconditions: { uid: 'other' } }, 'Precondition failed: UID in precondition: other, UID in object meta: '],
    [
      { preconditions: { resourceVersion: '1' } },
      'Precondition failed: ResourceVersion in precondition: 1, ResourceVersion in object meta: 3',
    ],
  ])('with %j that does not hold does nothing', async (body, message) => {
    const api = new TestApi();
    await api.call('POST', CONFIG_MAPS, { body: configMap('a') });
    expect((await api.call('DELETE', `${CONFIG_MAPS}/a`, { body })).object).toMatchObject({
      code: 409,
      message: expect.stringContaining(`Operation cannot be fulfilled on configmaps "a": ${message}`),
    });
    expect(api.store.revision).toBe(3);
  });

  it('with preconditions that hold does it', async () => {
    const api = new TestApi();
    const { object } = await api.call('POST', CONFIG_MAPS, { body: configMap('a') });
    const body = { preconditions: { uid: uidOf(object), resourceVersion: '3' } };
    expect((await api.call('DELETE', `${CONFIG_MAPS}/a`, { body })).status).toBe(200);
  });

  it.each([
    ['the body', '', { dryRun: ['All'] }],
    ['the query', '?dryRun=All', undefined],
  ])('as a rehearsal, asked for in %s, does nothing', async (_, query, body) => {
    const api = new TestApi();
    await api.call('POST', CONFIG_MAPS, { body: configMap('a') });
    await api.call('POST', PODS, { body: pod('web') });
    expect((await api.call('DELETE', `${CONFIG_MAPS}/a${query}`, { body })).object).toMatchObject({
      status: 'Success',
    });
    expect((await api.call('DELETE', `${PODS}/web${query}`, { body })).status).toBe(200);
    expect((await api.call('DELETE', `${CONFIG_MAPS}${query}`, { body })).status).toBe(200);
    expect(api.store.revision).toBe(4);
  });

  it('waits for finalizers, and ends with the last of them', async () => {
    const api = new TestApi();
    const metadata = { name: 'a', finalizers: ['x.io/one', 'x.io/two'] };
    await api.call('POST', CONFIG_MAPS, { body: configMap('a', { metadata }) });
    const marked = await api.call('DELETE', `${CONFIG_MAPS}/a`);
    expect(marked.object).toMatchObject({
      kind: 'ConfigMap',
      metadata: { deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 0 },
    });
    await api.clock.advance(5_000);
    expect((await api.call('DELETE', `${CONFIG_MAPS}/a`)).object).toEqual(marked.object);

    const more = await api.mergePatch(`${CONFIG_MAPS}/a`, {
      metadata: { finalizers: [...metadata.finalizers, 'x.io/new'] },
    });
    expect(more.object).toMatchObject({
      code: 422,
      message:
        'ConfigMap "a" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is ' +
        'being deleted, found new finalizers []string{"x.io/new"}',
    });
    await api.mergePatch(`${CONFIG_MAPS}/a`, { metadata: { finalizers: ['x.io/two'], deletionTimestamp: null } });
    expect((await api.call('GET', `${CONFIG_MAPS}/a`)).object).toMatchObject({
      metadata: { finalizers: ['x.io/two'], deletionTimestamp: '2026-01-01T00:00:00Z' },
    });
    const last = await api.mergePatch(`${CONFIG_MAPS}/a`, { metadata: { finalizers: null } });
    expect(last.status).toBe(200);
    expect((await api.call('GET', `${CONFIG_MAPS}/a`)).status).toBe(404);
  });

  it.each([
    [{ gracePeriodSeconds: 'x' }, 400],
    [{ dryRun: ['Some'] }, 422],
    [{ propagationPolicy: 'Sideways' }, 422],
    [{ propagationPolicy: 'Orphan', orphanDependents: true }, 422],
    [{ preconditions: 'x' }, 400],
  ])('with %j is refused', async (body, code) => {
    const api = new TestApi();
    await api.call('POST', CONFIG_MAPS, { body: configMap('a') });
    expect((await api.call('DELETE', `${CONFIG_MAPS}/a`, { body })).object).toMatchObject({ code });
    expect(api.store.revision).toBe(3);
  });
});

describe('deleting a pod', () => {
  it.each([
    ['its own grace', '', undefined, 30, '2026-01-01T00:00:30Z'],
    ['that of the body', '', { gracePeriodSeconds: 5 }, 5, '2026-01-01T00:00:05Z'],
    ['that of the query', '?gracePeriodSeconds=7', undefined, 7, '2026-01-01T00:00:07Z'],
    [
      'that of the body rather than the query',
      '?gracePeriodSeconds=7',
      { gracePeriodSeconds: 5 },
      5,
      '2026-01-01T00:00:05Z',
    ],
  ])('marks it with %s and answers with it', async (_, query, body, deletionGracePeriodSeconds, deletionTimestamp) => {
    const api = new TestApi();
    await api.call('POST', PODS, { body: pod('web') });
    const { status, object } = await api.call('DELETE', `${PODS}/web${query}`, { body });
    expect(status).toBe(200);
    expect(object).toMatchObject({ kind: 'Pod', metadata: { deletionGracePeriodSeconds, deletionTimestamp } });
  });

  it('without grace removes it at once', async () => {
    const api = new TestApi();
    await api.call('POST', PODS, { body: pod('web') });
    const { object } = await api.call('DELETE', `${PODS}/web`, { body: { gracePeriodSeconds: 0 } });
    expect(object).toMatchObject({ kind: 'Pod', metadata: { name: 'web' } });
    expect((await api.call('GET', `${PODS}/web`)).status).toBe(404);
  });
});

describe('deleting a collection', () => {
  it('takes what is selected and answers with it', async () => {
    const api = new TestApi();
    for (const name of ['a', 'b', 'c'])
      await api.call('POST', CONFIG_MAPS, {
        body: configMap(name, { metadata: { name, labels: { keep: String(name === 'b') } } }),
      });
    const { object } = await api.call('DELETE', `${CONFIG_MAPS}?labelSelector=keep%3Dfalse`);
    expect(object).toMatchObject({
      kind: 'ConfigMapList',
      items: [{ metadata: { name: 'a' } }, { metadata: { name: 'c' } }],
    });
    expect((await api.call('GET', CONFIG_MAPS)).object['items']).toMatchObject([{ metadata: { name: 'b' } }]);
  });

  it('leaves static pods alone', async () => {
    const api = new TestApi();
    await api.call('POST', PODS, { body: pod('mine') });
    const annotations = { 'kubernetes.io/config.source': 'file' };
    api.store.create({
      ...pod('static'),
      metadata: { name: 'static', namespace: 'default', annotations },
    } as unknown as KubeObject);
    const { object } = await api.call('DELETE', PODS);
    expect(object['items']).toMatchObject([{ metadata: { name: 'mine', deletionGracePeriodSeconds: 30 } }]);
  });
});
