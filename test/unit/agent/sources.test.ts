import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../src/api/schema/pod.js';
import { CONFIG_SOURCE } from '../../../src/kubelet/static-pods/pod-source.js';
import { silentLogger } from '../../../src/lib/logger.js';
import type { AgentOptions } from '../../../src/options.js';
import { startSources } from '../../../src/sources.js';
import { MemoryStore } from '../../../src/store/memory-store.js';
import { aConfigMap, aPod, aSecret } from '../../support/builders.js';
import { FakeClock } from '../../support/fake-clock.js';
import { RecordedEvents } from '../../support/recorded-events.js';

let clock: FakeClock;
let store: MemoryStore;
let options: AgentOptions;
const { signal } = new AbortController();

const give = (name: string, source?: string): Pod =>
  store.create<Pod>(
    aPod(
      {},
      { metadata: { name, uid: name, ...(source === undefined ? {} : { annotations: { [CONFIG_SOURCE]: source } }) } },
    ),
  );
const leaving = (): string[] =>
  store
    .list<Pod>('Pod')
    .items.filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
    .map(({ metadata }) => metadata.name);
const start = (): Promise<void> =>
  startSources(
    { options, store, createPod: (pod) => store.create(pod), events: new RecordedEvents(), supervise: () => undefined },
    signal,
  );

beforeEach(() => {
  clock = new FakeClock();
  store = new MemoryStore({ clock, historyLimit: 100, revision: 0, objects: [] });
  options = { nodeName: 'node-a', dataDir: '/nowhere', ephemeral: true, clock, logger: silentLogger };
});

describe('without sources', () => {
  it('nothing has to be waited for', async () => {
    await expect(start()).resolves.toBeUndefined();
  });

  it('pods that came from one are no longer wanted, all others are', async () => {
    give('from-a-file', 'file');
    give('from-the-web', 'http');
    give('from-the-api', 'api');
    give('by-hand');
    await start();
    expect(leaving()).toEqual(['from-a-file', 'from-the-web']);
  });

  it('what pods of one used goes, all else stays', async () => {
    const from = (name: string, source: string) => ({
      ...aConfigMap(name, {}),
      metadata: { name, namespace: 'default', annotations: { [CONFIG_SOURCE]: source } },
    });
    store.create(from('from-a-file', 'file'));
    store.create(from('from-the-api', 'api'));
    store.create(aSecret('by-hand', {}));
    await start();
    const left = ['ConfigMap', 'Secret'].flatMap((kind) => store.list(kind).items.map(({ metadata }) => metadata.name));
    expect(left).toEqual(['from-the-api', 'by-hand']);
  });

  it('a pod that is leaving already keeps its own deadline', async () => {
    const pod = give('from-a-file', 'file');
    const deletion = { deletionTimestamp: '2026-01-01T00:05:00Z', deletionGracePeriodSeconds: 300 };
    store.update<Pod>({ ...pod, metadata: { ...pod.metadata, ...deletion } });
    await start();
    expect(store.get<Pod>('Pod', 'default/from-a-file')?.metadata).toMatchObject(deletion);
  });
});
