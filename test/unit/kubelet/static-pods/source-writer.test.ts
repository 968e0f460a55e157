import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConfigObject } from '../../../../src/api/config-object.js';
import type { ConfigMap } from '../../../../src/api/schema/config.js';
import type { Pod } from '../../../../src/api/schema/pod.js';
import { admitPod } from '../../../../src/kubelet/pod-admission.js';
import { readManifestPods } from '../../../../src/kubelet/static-pods/manifest-pods.js';
import {
  CONFIG_SEEN,
  CONFIG_SOURCE,
  wholeFile,
  type PodSource,
  type Snapshot,
} from '../../../../src/kubelet/static-pods/pod-source.js';
import { runSourceWriter } from '../../../../src/kubelet/static-pods/source-writer.js';
import { silentLogger, type Logger } from '../../../../src/lib/logger.js';
import { MemoryStore } from '../../../../src/store/memory-store.js';
import { aConfigMap } from '../../../support/builders.js';
import { FakeClock } from '../../../support/fake-clock.js';

const NODE = 'node-a';
const pod = (name: string, image = 'busybox:1', namespace = 'default'): Pod => {
  const text = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace },
    spec: { containers: [{ name: 'app', image }] },
  });
  const options = { nodeName: NODE, source: 'file', suffixName: false, tolerateAll: false };
  const [read] = readManifestPods(text, `/pods/${name}.yaml`, options).pods;
  if (read === undefined) throw new Error('not a valid pod');
  return read;
};

/** A source that says what the test makes it say. */
class TestSource implements PodSource {
  readonly name = 'file';
  #queue: Snapshot[] = [];
  #resume: (() => void) | undefined;
  failure: Error | undefined;

  say(pods: Pod[], more: Partial<Snapshot> = {}): void {
    this.#queue.push({ pods, configs: [], problems: [], warnings: [], duplicates: [], unread: [], ...more });
    this.#resume?.();
  }

  async *snapshots(signal: AbortSignal): AsyncGenerator<Snapshot> {
    while (!signal.aborted) {
      if (this.failure !== undefined) throw this.failure;
      const next = this.#queue.shift();
      if (next !== undefined) yield next;
      else
        await new Promise<void>((resolve) => {
          this.#resume = resolve;
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
    }
  }
}

let clock: FakeClock;
let store: MemoryStore;
let source: TestSource;
let stop: AbortController;
let running: Promise<void>;
let delivered: number;
let events: string[];
let logged: string[];

function start(historyLimit = 1_000): void {
  clock = new FakeClock();
  store = new MemoryStore({ clock, historyLimit, revision: 0, objects: [] });
  source = new TestSource();
  stop = new AbortController();
  delivered = 0;
  events = [];
  logged = [];
  const record = (level: string) => (fields: { error?: string }, text: string) =>
    void logged.push([level, text, fields.error].join(' '));
  const logger = { ...silentLogger, error: record('error'), warn: record('warn') } as unknown as Logger;
  running = runSourceWriter(
    {
      source,
      store,
      createPod: (wanted, uid) =>
        store.create<Pod>(
          admitPod(wanted, { nodeName: NODE, now: clock.now(), ...(uid === undefined ? {} : { uid }) }),
        ),
      events: {
        event: (about, type, reason, message) =>
          void events.push(`${about.metadata.name} ${type} ${reason} ${message}`),
      },
      clock,
      logger,
      onDelivered: () => (delivered += 1),
    },
    stop.signal,
  );
}
const settle = (): Promise<void> => clock.advance(0);
const stored = (): Pod[] => [...store.list<Pod>('Pod').items];
const images = (): (string | undefined)[] => stored().map(({ spec }) => spec.containers[0]?.image);

beforeEach(() => start());
afterEach(async () => {
  stop.abort();
  await running.catch(() => undefined);
});

describe('the writer of a source', () => {
  it('admits what the source wants', async () => {
    const wanted = pod('web');
    source.say([wanted]);
    await settle();
    expect(stored()).toMatchObject([
      {
        metadata: {
          name: 'web',
          uid: wanted.metadata.uid,
          generation: 1,
          annotations: { [CONFIG_SEEN]: '2026-01-01T00:00:00.000Z', 'kubernetes.io/config.source': 'file' },
        },
        spec: { nodeName: NODE },
        status: { phase: 'Pending', qosClass: 'BestEffort' },
      },
    ]);
  });

  it('tells once that the first snapshot is in the store, also an empty one', async () => {
    await settle();
    expect(delivered).toBe(0);
    source.say([]);
    await settle();
    source.say([pod('web')]);
    await settle();
    expect(delivered).toBe(1);
  });

  it('replaces an edited pod: the old one is gone before the new one is created', async () => {
    source.say([pod('web', 'busybox:1')]);
    await settle();
    source.say([pod('web', 'busybox:2')]);
    await settle();
    expect(images()).toEqual(['busybox:1']);
    expect(stored()[0]?.metadata).toMatchObject({ deletionGracePeriodSeconds: 30 });
    // Edited once more before the old one has ended.
    source.say([pod('web', 'busybox:3')]);
    await settle();
    expect(images()).toEqual(['busybox:1']);
    store.remove('Pod', 'default/web');
    await settle();
    expect(images()).toEqual(['busybox:3']);
    expect(stored()[0]?.metadata.deletionTimestamp).toBeUndefined();
  });

  it('creates a pod anew when somebody deleted it, with the same uid', async () => {
    source.say([pod('web')]);
    await settle();
    const uid = stored()[0]?.metadata.uid;
    store.remove('Pod', 'default/web');
    await settle();
    expect(stored()[0]?.metadata.uid).toBe(uid);
  });

  it('asks for the deletion of vanished pods, and not twice', async () => {
    source.say([pod('web')]);
    await settle();
    source.say([]);
    await settle();
    const { resourceVersion } = stored()[0]?.metadata ?? {};
    expect(stored()[0]?.metadata.deletionTimestamp).toBe('2026-01-01T00:00:30Z');
    await clock.advance(100_000);
    expect(stored()[0]?.metadata.resourceVersion).toBe(resourceVersion);
  });

  it('never touches pods from elsewhere, records the conflict once, and takes the name when it is free', async () => {
    const theirs = { ...pod('web', 'theirs'), metadata: { name: 'web', namespace: 'default', uid: 'x' } };
    store.create(theirs);
    const mine = pod('web');
    source.say([mine]);
    await settle();
    store.create(pod('other'));
    await settle();
    expect(images()).toContain('theirs');
    expect(events).toEqual([
      `web Warning FailedValidation Error validating pod web_default(${mine.metadata.uid ?? ''}) from file due to duplicate pod name "web", ignoring`,
    ]);
    store.remove('Pod', 'default/web');
    await settle();
    expect(images()).toContain('busybox:1');
  });

  it('keeps what pods use as the manifest says, and says once what it cannot take', async () => {
    const config = (name: string, value: string): ConfigObject => ({
      ...aConfigMap(name, { k: value }),
      metadata: { name, namespace: 'default', annotations: { [CONFIG_SOURCE]: 'file' } },
    });
    store.create(aConfigMap('theirs', { k: 'v' }));
    source.say([pod('web')], { configs: [config('theirs', 'x'), config('ours', '1')] });
    await settle();
    source.say([pod('web')], { configs: [config('theirs', 'x'), config('ours', '2')] });
    await settle();
    const data = (name: string) => store.get<ConfigMap>('ConfigMap', `default/${name}`)?.data;
    expect([data('theirs'), data('ours')]).toEqual([{ k: 'v' }, { k: '2' }]);
    expect(logged).toEqual([
      'error object of a manifest cannot be stored ConfigMap default/theirs is left as it is: there is one that no manifest made',
    ]);

    store.update(config('ours', 'by hand'));
    store.remove('ConfigMap', 'default/theirs');
    await settle();
    expect([data('theirs'), data('ours')]).toEqual([{ k: 'x' }, { k: '2' }]);
    source.say([pod('web')]);
    await settle();
    expect([data('theirs'), data('ours')]).toEqual([undefined, undefined]);
  });

  it('records duplicates once for each pod', async () => {
    const [first, second] = [pod('web'), pod('web', 'busybox:2')];
    source.say([first], { duplicates: [second] });
    await settle();
    source.say([first, pod('db')], { duplicates: [second] });
    await settle();
    expect(events).toHaveLength(1);
  });

  it('logs problems and warnings once per change', async () => {
    const broken = wholeFile('/pods/a.yaml', 'is empty');
    source.say([], { problems: [broken], warnings: [wholeFile('/pods/b.yaml', 'odd')] });
    await settle();
    source.say([pod('web')], { problems: [broken] });
    await settle();
    source.say([pod('web')]);
    await settle();
    source.say([pod('web')], { problems: [broken] });
    await settle();
    expect(logged).toEqual([
      'error problem in a manifest /pods/a.yaml: is empty',
      'warn problem in a manifest /pods/b.yaml: odd',
      'error problem in a manifest /pods/a.yaml: is empty',
    ]);
  });

  it('goes on with the others when one pod cannot be stored', async () => {
    const elsewhere = pod('a');
    elsewhere.spec.nodeName = 'node-b';
    source.say([elsewhere, pod('web')]);
    await settle();
    expect(stored().map(({ metadata }) => metadata.name)).toEqual(['web']);
    expect(logged).toEqual([
      'error pod of a manifest cannot be stored Pod "a" is invalid: spec.nodeName: Invalid value: "node-b": this node is "node-a"',
    ]);
    expect(events).toEqual([
      'a Warning FailedCreate Error creating: Pod "a" is invalid: spec.nodeName: Invalid value: "node-b": this node is "node-a"',
    ]);
  });

  it('does not mind a store that changes faster than it can watch', async () => {
    stop.abort();
    await running;
    start(2);
    source.say([pod('web')]);
    await settle();
    for (let n = 0; n < 20; n += 1)
      store.create({ ...pod(`n${n}`), metadata: { name: `n${n}`, namespace: 'default' } });
    store.remove('Pod', 'default/web');
    await settle();
    expect(store.get('Pod', 'default/web')).toBeDefined();
  });

  it('ends when the signal aborts, and fails when the source does', async () => {
    await settle();
    stop.abort();
    await running;
    expect(clock.sleeping).toBe(0);

    start();
    source.failure = new Error('broken');
    source.say([]);
    await expect(running).rejects.toThrow('broken');
    await settle();
    expect(clock.sleeping).toBe(0);
  });
});
