import { beforeEach, describe, expect, it } from '@jest/globals';
import { runHousekeeping } from '../../../src/kubelet/housekeeping.js';
import { silentLogger } from '../../../src/lib/logger.js';
import type { ObservedPod } from '../../../src/runtime/observed.js';
import { MemoryStore } from '../../../src/store/memory-store.js';
import { aPod, observedPod } from '../../support/builders.js';
import { FakeClock } from '../../support/fake-clock.js';
import { FakeEngine } from '../../support/fake-engine.js';
import { FakeRuntime } from '../../support/fake-runtime.js';
import { sandboxSpec, sandboxVolume } from '../../support/specs.js';

const { signal } = new AbortController();

let clock: FakeClock;
let engine: FakeEngine;
let runtime: FakeRuntime;
let store: MemoryStore;
let stop: AbortController;
let observed: ObservedPod[];
let known: string[];
let orphans: string[];
let sweeps: number;

const seen = (uid: string): ObservedPod => ({ ...observedPod(), uid, name: uid });
const want = (uid: string): unknown => store.create(aPod({}, { metadata: { name: uid, uid } }));
const giveVolume = (podUid: string): Promise<void> =>
  runtime.volumes.ensure({ name: `data-${podUid}`, podUid }, signal);
const volumes = (): string[] => [...engine.volumes.keys()];
const start = (): Promise<void> =>
  runHousekeeping(
    {
      store,
      volumes: runtime.volumes,
      clock,
      logger: silentLogger,
      observedPods: () => observed,
      knows: (uid) => known.includes(uid),
      removeOrphan: (uid) => orphans.push(uid),
      sweep: () => {
        sweeps += 1;
      },
    },
    stop.signal,
  );

beforeEach(() => {
  clock = new FakeClock();
  engine = new FakeEngine(clock);
  runtime = new FakeRuntime(engine, { nodeName: 'node', agentId: 'me' });
  store = new MemoryStore({ clock, historyLimit: 100, revision: 0, objects: [] });
  stop = new AbortController();
  observed = [];
  known = [];
  orphans = [];
  sweeps = 0;
});

describe('housekeeping', () => {
  it('has pods removed that are on the engine and in no source', async () => {
    want('wanted');
    observed = [seen('wanted'), seen('gone')];
    void start();
    await clock.advance(0);
    expect(orphans).toEqual(['gone']);
  });

  it('looks again every ten seconds', async () => {
    void start();
    await clock.advance(0);
    observed = [seen('late')];
    await clock.advance(9_999);
    expect(orphans).toEqual([]);
    await clock.advance(1);
    expect(orphans).toEqual(['late']);
    expect(sweeps).toBe(2);
  });

  it('removes volumes of pods nobody knows', async () => {
    await giveVolume('gone');
    await giveVolume('known');
    await giveVolume('seen');
    known = ['known'];
    observed = [seen('seen')];
    void start();
    await clock.advance(0);
    expect(volumes()).toEqual(['data-known', 'data-seen']);
  });

  it('leaves a volume in use for the next time, and goes on with the others', async () => {
    await giveVolume('busy');
    await giveVolume('idle');
    const pod = { uid: 'busy', namespace: 'default', name: 'busy' };
    const mounted = sandboxVolume('data-busy', 'data');
    const sandbox = await runtime.runSandbox(sandboxSpec(pod, { volumes: [mounted] }), signal);
    void start();
    await clock.advance(0);
    expect(volumes()).toEqual(['data-busy']);
    engine.remove(sandbox);
    await clock.advance(10_000);
    expect(volumes()).toEqual([]);
  });

  it('leaves volumes of other agents alone', async () => {
    const other = new FakeRuntime(engine, { nodeName: 'node', agentId: 'stranger' });
    await other.volumes.ensure({ name: 'theirs', podUid: 'gone' }, signal);
    void start();
    await clock.advance(0);
    expect(volumes()).toEqual(['theirs']);
  });

  it('goes on after trouble with the engine', async () => {
    await giveVolume('gone');
    observed = [seen('orphan')];
    runtime.inject({ verb: 'volumes.list', when: 'before' });
    runtime.inject({ verb: 'volumes.remove', when: 'before' });
    void start();
    await clock.advance(10_000);
    expect(volumes()).toEqual(['data-gone']);
    await clock.advance(10_000);
    expect(volumes()).toEqual([]);
    expect(orphans).toEqual(['orphan', 'orphan', 'orphan']);
  });

  it.each<[string, () => void]>([
    ['asleep', () => undefined],
    ['waiting for the engine', () => runtime.inject({ verb: 'volumes.list', when: 'hang' })],
  ])('ends on abort while %s', async (_what, given) => {
    given();
    const running = start();
    await clock.advance(0);
    stop.abort(new Error('enough'));
    await expect(running).resolves.toBeUndefined();
    expect(clock.sleeping).toBe(0);
  });
});
