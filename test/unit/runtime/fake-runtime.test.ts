import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../support/fake-clock.js';
import { FakeEngine, type Behaviour } from '../../support/fake-engine.js';
import { FakeRuntime } from '../../support/fake-runtime.js';
import { describeRuntimeContract, type Program, type RuntimeUnderTest } from '../../support/runtime-contract.js';
import { containerSpec, sandboxSpec } from '../../support/specs.js';

const { signal } = new AbortController();
const pod = { uid: 'u', namespace: 'default', name: 'web' };

function behaviour(program: Program): Behaviour {
  if (program === 'obedient') return {};
  if (program === 'deaf') return { ignoresTerm: true };
  if (program === 'missing') return { startError: { exitCode: 127, message: 'stat /x: no such file or directory' } };
  return { exitAfterMs: program.afterMs ?? 0, exitCode: program.exits };
}

async function openFake(): Promise<RuntimeUnderTest> {
  const clock = new FakeClock();
  const engine = new FakeEngine(clock);
  const image = engine.addImage('busybox:1');
  engine.interpret = (spec) => JSON.parse(spec.command?.[0] ?? '{}') as Behaviour;
  const settle = async <T>(promise: Promise<T>): Promise<T> => {
    let settled = false;
    const done = (): void => {
      settled = true;
    };
    promise.then(done, done);
    for (let step = 0; step < 1_000; step += 1) {
      await clock.advance(0);
      // Set by the callback above.
      if (settled as boolean) return promise;
      await clock.advance(100);
    }
    throw new Error('nothing happened for 100 s');
  };
  return {
    runtime: new FakeRuntime(engine, { nodeName: 'node', agentId: 'me' }),
    stranger: new FakeRuntime(engine, { nodeName: 'node', agentId: 'stranger' }),
    image: { reference: 'busybox:1', id: image.id },
    program: (program) => ({ command: [JSON.stringify(behaviour(program))] }),
    settle,
    async eventually(what, probe) {
      for (let step = 0; step < 100; step += 1) {
        const value = await settle(probe());
        if (value !== undefined && value !== false) return value;
        await clock.advance(100);
      }
      throw new Error(`${what}: not within 10 s`);
    },
    hears: async () => Promise.resolve(),
    kill: async (id) => engine.kill(id),
    restart: async (id) => engine.restart(id),
    namespaces: async (pids) =>
      pids.map((pid) => {
        const container = [...engine.containers.values()].find((other) => other.pid === pid);
        if (container === undefined) throw new Error(`no process ${pid}`);
        return container.namespaces;
      }),
    close: async () => undefined,
  };
}

describeRuntimeContract('fake', openFake);

describe('FakeRuntime', () => {
  const open = (): { engine: FakeEngine; runtime: FakeRuntime; clock: FakeClock } => {
    const clock = new FakeClock();
    const engine = new FakeEngine(clock);
    return { engine, clock, runtime: new FakeRuntime(engine, { nodeName: 'node', agentId: 'me' }) };
  };

  it('fails before the effect, after it, or never answers, as told', async () => {
    const { runtime, engine } = open();
    runtime.inject({ verb: 'runSandbox', when: 'before' });
    runtime.inject({ verb: 'runSandbox', when: 'after' });
    runtime.inject({ verb: 'inspectPod', when: 'hang' });
    await expect(runtime.runSandbox(sandboxSpec(pod), signal)).rejects.toMatchObject({ code: 'Unavailable' });
    expect(engine.containers.size).toBe(0);
    await expect(runtime.runSandbox(sandboxSpec(pod), signal)).rejects.toMatchObject({ code: 'Unavailable' });
    expect(engine.containers.size).toBe(1);
    const giveUp = new AbortController();
    const answer = runtime.inspectPod('u', giveUp.signal);
    giveUp.abort(new Error('enough'));
    await expect(answer).rejects.toThrow('enough');
    await expect(runtime.inspectPod('u', signal)).resolves.toMatchObject({ name: 'web' });
  });

  it('ends event streams and kills everything when its engine restarts', async () => {
    const { runtime, engine } = open();
    await runtime.runSandbox(sandboxSpec(pod), signal);
    const actions: string[] = [];
    const reading = (async () => {
      for await (const { action } of runtime.events(signal)) actions.push(action);
    })();
    await Promise.resolve();
    engine.restartEngine();
    await reading;
    expect(actions).toEqual(['connected']);
    expect((await runtime.inspectPod('u', signal)).sandboxes[0]?.ready).toBe(false);
  });

  it('follows what a container prints until it ends', async () => {
    const { runtime, engine, clock } = open();
    const image = engine.addImage('busybox:1');
    engine.behaviours.set('app', (attempt) => ({ exitAfterMs: 1_000, exitCode: attempt }));
    const sandbox = { id: await runtime.runSandbox(sandboxSpec(pod), signal), instance: 'i' };
    const spec = containerSpec({ pod, sandbox, image: 'busybox:1', imageId: image.id }, { attempt: 4 });
    const id = await runtime.createContainer(spec, signal);
    await runtime.startContainer(id, signal);
    const lines: string[] = [];
    const reading = (async () => {
      for await (const { line } of runtime.streams.logs(id, { follow: true }, signal)) lines.push(line.toString());
    })();
    runtime.streams.print(id, 'one');
    await clock.advance(500);
    runtime.streams.print(id, 'two');
    await clock.advance(500);
    await reading;
    expect(lines).toEqual(['one', 'two']);
    expect((await runtime.inspectPod('u', signal)).containers[0]).toMatchObject({ state: 'exited', exitCode: 4 });
  });
});
