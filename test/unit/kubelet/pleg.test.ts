import { beforeEach, describe, expect, it } from '@jest/globals';
import { Pleg } from '../../../src/kubelet/pleg.js';
import { KubeletteError } from '../../../src/lib/errors.js';
import { createLineLogger } from '../../../src/lib/logger.js';
import { FakeClock } from '../../support/fake-clock.js';
import { FakeEngine } from '../../support/fake-engine.js';
import { FakeRuntime } from '../../support/fake-runtime.js';
import { containerSpec, sandboxSpec } from '../../support/specs.js';

let clock: FakeClock;
let engine: FakeEngine;
let runtime: FakeRuntime;
let stop: AbortController;
let pleg: Pleg;
let woken: string[];
let recovered: number;
let log: string[];
const { signal } = new AbortController();

const listings = (): number => runtime.calls.filter(({ verb }) => verb === 'listPods').length;
/** Wakes since this was last asked. */
const takeWoken = (): string[] => woken.splice(0).sort();
async function givenPod(uid: string): Promise<string> {
  const pod = { uid, namespace: 'default', name: uid };
  const { id: imageId } = engine.addImage('busybox:1');
  const sandbox = { id: await runtime.runSandbox(sandboxSpec(pod), signal), instance: 'i' };
  const id = await runtime.createContainer(containerSpec({ pod, sandbox, image: 'busybox:1', imageId }), signal);
  await runtime.startContainer(id, signal);
  return id;
}
function start(): void {
  pleg = new Pleg({
    runtime,
    clock,
    logger: createLineLogger('debug', ({ level, msg }) => log.push(`${level} ${msg}`)),
    onPod: (uid) => woken.push(uid),
    onRecovered: () => {
      recovered += 1;
    },
  });
  void pleg.run(stop.signal);
}
/** The engine emits nothing that the agent could hear; the stream stays open. */
const deafen = (): void => engine.listeners.clear();

beforeEach(() => {
  clock = new FakeClock();
  engine = new FakeEngine(clock);
  runtime = new FakeRuntime(engine, { nodeName: 'node', agentId: 'me' });
  stop = new AbortController();
  woken = [];
  recovered = 0;
  log = [];
});

describe('with a stream of events', () => {
  it('lists once it is subscribed, and says when the first listing is there', async () => {
    await givenPod('a');
    start();
    let listed = false;
    void pleg.firstListing.then(() => (listed = true));
    await clock.advance(0);
    expect(listed).toBe(true);
    expect(pleg.pods.map(({ uid }) => uid)).toEqual(['a']);
    // One at the start, one after "connected".
    expect(listings()).toBe(2);
    expect(new Set(takeWoken())).toEqual(new Set(['a']));
  });

  it('misses nothing that happens while it subscribes', async () => {
    const connect = runtime.events.bind(runtime);
    runtime.events = async function* (hints) {
      // After the first listing, before the subscription.
      await clock.sleep(500, hints);
      yield* connect(hints);
    };
    start();
    await clock.advance(400);
    await givenPod('late');
    await clock.advance(100);
    expect(takeWoken()).toContain('late');
  });

  it('wakes the pod an event is about, at once', async () => {
    const id = await givenPod('a');
    await givenPod('b');
    start();
    await clock.advance(0);
    takeWoken();
    engine.kill(id);
    await clock.advance(0);
    expect(takeWoken()).toEqual(['a']);
  });

  it('lists every ten seconds, and wakes the pods whose containers changed unheard', async () => {
    const [a] = [await givenPod('a'), await givenPod('b'), await givenPod('c')];
    start();
    await clock.advance(0);
    takeWoken();
    deafen();
    engine.kill(a);
    await givenPod('d');
    await clock.advance(9_999);
    expect(takeWoken()).toEqual([]);
    await clock.advance(1);
    expect(takeWoken()).toEqual(['a', 'd']);
    expect(listings()).toBe(3);
    await clock.advance(60_000);
    expect(takeWoken()).toEqual([]);
  });

  it.each<[string, (id: string) => void]>([
    ['died', (id) => engine.kill(id)],
    ['was restarted by hand', (id) => engine.restart(id)],
    ['was removed', (id) => engine.remove(id)],
    ['was paused', (id) => engine.setPaused(id, true)],
    [
      'lost its sandbox',
      (id) => {
        const spec = engine.get(id).spec;
        if (spec.role === 'container') engine.kill(spec.sandbox.id);
      },
    ],
    [
      'lost its address',
      (id) => {
        const spec = engine.get(id).spec;
        if (spec.role === 'container') engine.disconnect(spec.sandbox.id);
      },
    ],
  ])('sees in a listing that a container %s', async (_what, happens) => {
    const id = await givenPod('a');
    start();
    await clock.advance(5_000);
    takeWoken();
    deafen();
    happens(id);
    await clock.advance(10_000);
    expect(takeWoken()).toEqual(['a']);
  });

  it('sees that the last container of a pod is gone', async () => {
    const id = await givenPod('a');
    start();
    await clock.advance(0);
    takeWoken();
    deafen();
    for (const container of [...engine.containers.keys()]) engine.remove(container);
    expect(engine.containers.has(id)).toBe(false);
    await clock.advance(10_000);
    expect(takeWoken()).toEqual(['a']);
    expect(pleg.pods).toEqual([]);
  });
});

describe('without a stream of events', () => {
  it('lists every second, and every ten again once it is back', async () => {
    let refused = true;
    const connect = runtime.events.bind(runtime);
    runtime.events = async function* (hints) {
      if (refused) throw new KubeletteError('Unavailable', 'no events');
      yield* connect(hints);
    };
    start();
    await clock.advance(5_000);
    expect(listings()).toBe(6);
    refused = false;
    await clock.advance(1_000);
    const before = listings();
    await clock.advance(30_000);
    expect(listings() - before).toBe(3);
  });

  it('connects again after a second when the stream ends', async () => {
    await givenPod('a');
    start();
    await clock.advance(0);
    engine.restartEngine();
    await clock.advance(1_000);
    expect(engine.listeners.size).toBe(1);
    expect(takeWoken()).toContain('a');
  });
});

describe('an engine that is away', () => {
  it('for less than two listings is noticed too', async () => {
    await givenPod('a');
    start();
    await clock.advance(5_000);
    engine.down = true;
    engine.restartEngine();
    await clock.advance(500);
    engine.down = false;
    await clock.advance(1_000);
    expect(recovered).toBe(1);
  });

  const DOWN = '50 the Docker engine does not answer; pods are left as they are';
  const BACK = '40 the Docker engine answers again';

  it('is told of once, and its return once, with everything looked at', async () => {
    await givenPod('a');
    start();
    await clock.advance(0);
    log.splice(0);
    engine.restartEngine();
    engine.down = true;
    await clock.advance(60_000);
    expect(log.filter((line) => !line.startsWith('20'))).toEqual([DOWN]);
    expect(recovered).toBe(0);
    // What was seen last stays until something else is seen.
    expect(pleg.pods.map(({ uid }) => uid)).toEqual(['a']);
    engine.down = false;
    await clock.advance(2_000);
    expect(recovered).toBe(1);
    expect(log.filter((line) => !line.startsWith('20'))).toEqual([DOWN, BACK]);
    await clock.advance(60_000);
    expect(recovered).toBe(1);
  });

  it('is told of after ten seconds when it hangs, while the call that hangs still waits', async () => {
    await givenPod('a');
    start();
    await clock.advance(0);
    log.splice(0);
    runtime.inject({ verb: 'listPods', when: 'hang' });
    runtime.inject({ verb: 'answers', when: 'hang' });
    // The next listing comes after ten seconds.
    await clock.advance(19_999);
    expect(log).toEqual([]);
    await clock.advance(1);
    expect(log).toEqual([DOWN]);
    await clock.advance(60_000);
    expect(log).toEqual([DOWN]);
    expect(recovered).toBe(0);
    expect(pleg.pods.map(({ uid }) => uid)).toEqual(['a']);
  });

  it('is not told of while it only takes long to look at what it starts', async () => {
    await givenPod('a');
    start();
    await clock.advance(0);
    log.splice(0);
    runtime.inject({ verb: 'listPods', when: 'hang' });
    await clock.advance(60_000);
    expect(log).toEqual([]);
    expect(pleg.healthy).toBe(true);
    // Asked again and again, and then it is away.
    engine.down = true;
    await clock.advance(10_000);
    expect(log).toEqual([DOWN]);
  });

  it('that took long and answers is back, with everything looked at', async () => {
    runtime.inject({ verb: 'answers', when: 'hang' });
    const list = runtime.listPods.bind(runtime);
    let slowly = true;
    runtime.listPods = async (asked) => {
      if (slowly) await clock.sleep(30_000, asked);
      slowly = false;
      return list(asked);
    };
    start();
    await clock.advance(30_000);
    expect(log).toEqual([DOWN, BACK]);
    expect(recovered).toBe(1);
    await clock.advance(60_000);
    expect(log).toEqual([DOWN, BACK]);
  });

  it('is told of once when it takes long for everything, and again when it hangs', async () => {
    runtime.takes = (verb) => (verb === 'listPods' || verb === 'answers' ? { before: 12_000 } : {});
    start();
    await clock.advance(300_000);
    expect(log).toEqual([DOWN, BACK]);
    expect(recovered).toBe(1);
    engine.down = true;
    runtime.inject({ verb: 'listPods', when: 'hang' });
    runtime.inject({ verb: 'answers', when: 'hang' });
    await clock.advance(60_000);
    expect(log).toEqual([DOWN, BACK, DOWN]);
  });

  it('at the start delays the first listing', async () => {
    engine.down = true;
    start();
    let listed = false;
    void pleg.firstListing.then(() => (listed = true));
    await clock.advance(10_000);
    expect(listed).toBe(false);
    engine.down = false;
    await clock.advance(1_000);
    expect(listed).toBe(true);
  });

  it('is told apart from one that answers with an error', async () => {
    const error = new KubeletteError('Internal', 'Error response from daemon: oops');
    runtime.inject({ verb: 'listPods', when: 'before', error, times: 5 });
    start();
    await clock.advance(0);
    expect(log.filter((line) => line.startsWith('50'))).toEqual(['50 cannot list pods']);
  });
});

it('ends on abort, whatever it waits for, without a word', async () => {
  start();
  await clock.advance(0);
  log.splice(0);
  const running = pleg.run(stop.signal);
  runtime.inject({ verb: 'listPods', when: 'hang' });
  await clock.advance(9_000);
  stop.abort(new Error('enough'));
  await clock.advance(0);
  await expect(running).resolves.toBeUndefined();
  expect(clock.sleeping).toBe(0);
  expect(engine.listeners.size).toBe(0);
  expect(log).toEqual([]);
});
