import { afterEach, describe, expect, it } from '@jest/globals';
import type { KubeObject, ObjectMeta } from '../../../../src/api/schema/meta.js';
import { allKinds } from '../../../../src/apiserver/kinds/all-kinds.js';
import { runGarbageCollector } from '../../../../src/apiserver/resources/garbage-collector.js';
import { requestPodDeletion } from '../../../../src/kubelet/pod-deletion.js';
import { CONFIG_MAPS, configMap, pod, PODS, TestApi } from './harness.js';

const stop: (() => void)[] = [];
afterEach(() => stop.splice(0).forEach((end) => end()));

function start(): TestApi {
  const api = new TestApi();
  const { clock, store } = api;
  const stopping = new AbortController();
  stop.push(() => stopping.abort());
  void runGarbageCollector(
    {
      store,
      clock,
      kinds: allKinds,
      deletePod: (namespace, name, grace) => void requestPodDeletion(store, clock, namespace, name, grace),
    },
    stopping.signal,
  );
  return api;
}

type Owner = NonNullable<ObjectMeta['ownerReferences']>[number];

async function make(api: TestApi, name: string, owners: readonly Partial<Owner>[] = []): Promise<Owner> {
  const metadata = { name, ...(owners.length === 0 ? {} : { ownerReferences: owners }) };
  const { object } = await api.call('POST', CONFIG_MAPS, { body: configMap(name, { metadata }) });
  return { apiVersion: 'v1', kind: 'ConfigMap', name, uid: (object as unknown as KubeObject).metadata.uid ?? '' };
}

async function left(api: TestApi): Promise<string[]> {
  await api.clock.advance(0);
  return api.store.list('ConfigMap').items.map(({ metadata }) => metadata.name);
}

const remove = (api: TestApi, name: string, propagationPolicy?: string): Promise<unknown> =>
  api.call('DELETE', `${CONFIG_MAPS}/${name}`, propagationPolicy === undefined ? {} : { body: { propagationPolicy } });

describe('the garbage collector', () => {
  it('takes along, generation by generation, what belonged to an object that was deleted', async () => {
    const api = start();
    const owner = await make(api, 'owner');
    const child = await make(api, 'child', [owner]);
    await make(api, 'grandchild', [child]);
    await make(api, 'free');
    expect(await left(api)).toHaveLength(4);
    await remove(api, 'owner');
    expect(await left(api)).toEqual(['free']);
  });

  it('deletes pods gracefully, in their own time', async () => {
    const api = start();
    const owner = await make(api, 'owner');
    await api.call('POST', PODS, { body: { ...pod('web'), metadata: { name: 'web', ownerReferences: [owner] } } });
    await remove(api, 'owner', 'Background');
    await left(api);
    expect((await api.call('GET', `${PODS}/web`)).object).toMatchObject({
      metadata: { deletionTimestamp: '2026-01-01T00:00:30Z' },
    });
  });

  it('keeps what has another owner, and forgets the one that is gone', async () => {
    const api = start();
    const [one, two] = [await make(api, 'one'), await make(api, 'two')];
    await make(api, 'child', [one, two]);
    await remove(api, 'one');
    expect((await left(api)).sort()).toEqual(['child', 'two']);
    expect((await api.call('GET', `${CONFIG_MAPS}/child`)).object).toMatchObject({
      metadata: { ownerReferences: [two] },
    });
  });

  it('sets dependants free when the owner is deleted with Orphan', async () => {
    const api = start();
    const owner = await make(api, 'owner');
    await make(api, 'child', [owner]);
    await api.call('POST', PODS, { body: { ...pod('web'), metadata: { name: 'web', ownerReferences: [owner] } } });
    await remove(api, 'owner', 'Orphan');
    expect(await left(api)).toEqual(['child']);
    const { metadata } = (await api.call('GET', `${PODS}/web`)).object as unknown as KubeObject;
    expect(metadata.ownerReferences).toEqual([]);
    expect(metadata.deletionTimestamp).toBeUndefined();
    expect((await api.call('GET', `${CONFIG_MAPS}/child`)).object).toMatchObject({ metadata: { ownerReferences: [] } });
  });

  it('lets an owner deleted with Foreground wait for the dependants that block it', async () => {
    const api = start();
    const owner = { ...(await make(api, 'owner')), blockOwnerDeletion: true };
    await api.call('POST', PODS, { body: { ...pod('web'), metadata: { name: 'web', ownerReferences: [owner] } } });
    await remove(api, 'owner', 'Foreground');
    expect(await left(api)).toEqual(['owner']);
    expect((await api.call('GET', `${CONFIG_MAPS}/owner`)).object).toMatchObject({
      metadata: { finalizers: ['foregroundDeletion'], deletionTimestamp: '2026-01-01T00:00:00Z' },
    });
    expect((await api.call('GET', `${PODS}/web`)).object).toMatchObject({
      metadata: { deletionTimestamp: '2026-01-01T00:00:30Z' },
    });
    api.store.remove('Pod', 'default/web');
    expect(await left(api)).toEqual([]);
  });

  it('deletes what names an owner that never was, or is another one of that name', async () => {
    const api = start();
    const owner = await make(api, 'owner');
    await make(api, 'child', [{ ...owner, uid: 'another' }]);
    expect(await left(api)).toEqual(['owner']);
  });

  it('does not touch what belongs to kinds that are not served', async () => {
    const api = start();
    await make(api, 'child', [{ apiVersion: 'example.com/v1', kind: 'Widget', name: 'w', uid: 'x' }]);
    expect(await left(api)).toEqual(['child']);
  });
});
