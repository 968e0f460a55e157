import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Lifecycle } from '../../../../src/api/schema/pod.js';
import { aContainer } from '../../../support/builders.js';
import type { FakeExecResult } from '../../../support/fake-streams.js';
import { PodWorld } from '../../../support/pod-world.js';

let world: PodWorld;
/** `12 app: drain`: what hooks were run, and when. */
let ran: string[];
let hook: FakeExecResult;

const listen = (): void => {
  world.life.runtime.streams.onExec = (id, [command = '']) => {
    const { spec } = world.engine.get(id);
    ran.push(`${world.elapsed / 1000} ${spec.role === 'container' ? spec.name : 'POD'}: ${command}`);
    return hook;
  };
};

beforeEach(async () => {
  world = new PodWorld();
  ran = [];
  hook = { exitCode: 0 };
  await world.start();
  listen();
});

const exec = (command: string): { exec: { command: string[] } } => ({ exec: { command: [command] } });
const draining: Lifecycle = { preStop: exec('drain') };
const app = (lifecycle: Lifecycle, name = 'app') => aContainer(name, { lifecycle });
const deaths = (): string[] =>
  world.history
    .filter(({ action, name }) => action === 'die' && name !== 'POD')
    .map(({ at, name }) => `${at / 1000} ${name}`);
const state = (name = 'app') => world.pod('web')?.status?.containerStatuses?.find((one) => one.name === name)?.state;

describe('a postStart hook', () => {
  it('returns before the start is told of, and before the next container starts', async () => {
    hook = { exitCode: 0, afterMs: 5_000 };
    await world.add('web', { containers: [app({ postStart: exec('warm') }), aContainer('next')] });
    await world.clock.advance(4_000);
    expect(world.containers()).toEqual(['POD/0 running', 'app/0 running']);
    expect(state()).toEqual({ waiting: { reason: 'ContainerCreating' } });
    await world.clock.advance(2_000);
    expect(world.startTimes('web', 'next')).toEqual([5]);
    expect(state()).toMatchObject({ running: {} });
  });

  it('that fails has its words shown until the next start has succeeded', async () => {
    world.life.runtime.streams.onExec = () => {
      ran.push('hook');
      return ran.length === 1 ? { exitCode: 3, stdout: 'out ', stderr: 'no' } : { exitCode: 0, afterMs: 5_000 };
    };
    await world.add('web', { containers: [app({ postStart: exec('warm') })] });
    await world.clock.advance(1_000);
    expect(state()).toEqual({
      waiting: {
        reason: 'PostStartHookError',
        message:
          'Exec lifecycle hook ([warm]) for Container "app" in Pod "web_default(web)" failed - error: ' +
          'command \'warm\' exited with 3: no, message: "out no"',
      },
    });
    await world.clock.advance(5_000);
    expect(state()).toMatchObject({ running: {} });
  });

  it('that fails kills its container', async () => {
    hook = { exitCode: 3, stdout: 'out ', stderr: 'no "cache"' };
    await world.add('web', { containers: [app({ postStart: exec('warm'), ...draining })] });
    await world.clock.advance(0);
    expect(ran.slice(0, 2)).toEqual(['0 app: warm', '0 app: drain']);
    const said = world.events.take();
    expect(said.slice(2, 6)).toEqual([
      'Normal Started Started container app',
      'Warning FailedPostStartHook PostStartHook failed',
      'Normal Killing FailedPostStartHook',
      'Warning FailedPreStopHook PreStopHook failed',
    ]);
    expect(world.pod('web')?.status?.containerStatuses?.[0]).toMatchObject({
      restartCount: 1,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { exitCode: 143 } },
    });
  });

  it('that fails in a pod with policy Never fails the pod', async () => {
    hook = { exitCode: 1, stderr: 'no' };
    await world.add('web', { restartPolicy: 'Never', containers: [app({ postStart: exec('warm') })] });
    expect(world.pod('web')?.status).toMatchObject({ phase: 'Failed' });
    expect(ran).toEqual(['0 app: warm']);
  });

  it('that hangs does not hold back a deletion', async () => {
    hook = { exitCode: 0, afterMs: 3_600_000 };
    await world.add('web', { containers: [app({ postStart: exec('warm') })] });
    await world.delete('web', 5);
    expect(world.pod('web')).toBeUndefined();
  });
});

describe('a preStop hook', () => {
  it('runs once before the stop signal, which gets what is left of the grace', async () => {
    hook = { exitCode: 0, afterMs: 4_000 };
    world.engine.behaviours.set('app', { ignoresTerm: true });
    await world.add('web', { containers: [app(draining)] });
    await world.delete('web', 10);
    await world.clock.advance(20_000);
    expect(ran).toEqual(['0 app: drain']);
    expect(deaths()).toEqual(['10 app']);
  });

  it('that outlasts the grace is left behind: two seconds are between stop signal and SIGKILL', async () => {
    world.engine.behaviours.set('app', { ignoresTerm: true });
    await world.add('web', { containers: [app({ preStop: { sleep: { seconds: 10 } } })] });
    await world.delete('web', 3);
    await world.clock.advance(20_000);
    expect(deaths()).toEqual(['5 app']);
    expect(world.events.take()).not.toContainEqual(expect.stringContaining('FailedPreStopHook'));
  });

  it('of one container does not hold back the stop of another', async () => {
    hook = { exitCode: 0, afterMs: 4_000 };
    world.engine.behaviours.set('deaf', { ignoresTerm: true });
    await world.add('web', { containers: [aContainer('deaf'), app(draining)] });
    await world.delete('web', 10);
    await world.clock.advance(20_000);
    expect(deaths()).toEqual(['4 app', '10 deaf']);
  });

  it('of a sidecar runs at once, its stop signal comes after the main containers', async () => {
    hook = { exitCode: 0, afterMs: 2_000 };
    world.engine.behaviours.set('app', { termAfterMs: 5_000 });
    await world.add('web', {
      initContainers: [
        aContainer('first', { restartPolicy: 'Always', lifecycle: draining }),
        aContainer('second', { restartPolicy: 'Always' }),
      ],
    });
    await world.delete('web', 30);
    await world.clock.advance(40_000);
    expect(ran).toEqual(['0 first: drain']);
    expect(deaths()).toEqual(['5 app', '5 second', '5 first']);
  });

  it('goes on when a shorter grace is asked for, and is not run again', async () => {
    hook = { exitCode: 0, afterMs: 8_000 };
    await world.add('web', { containers: [app(draining)] });
    await world.delete('web', 600);
    await world.clock.advance(1_000);
    await world.delete('web', 10);
    await world.clock.advance(20_000);
    expect(ran).toEqual(['0 app: drain']);
    expect(deaths()).toEqual(['8 app']);
  });

  it('is not run again by the next agent, which goes on with the same grace', async () => {
    hook = { exitCode: 0, afterMs: 60_000 };
    world.engine.behaviours.set('app', { ignoresTerm: true });
    await world.add('web', { containers: [app(draining)] });
    await world.delete('web', 10);
    await world.clock.advance(4_000);
    await world.restart();
    listen();
    world.events.take();
    await world.clock.advance(20_000);
    expect(ran).toEqual(['0 app: drain']);
    // A deadline has whole seconds: up to one more.
    expect(deaths()).toEqual(['11 app']);
    expect(world.events.take()).toEqual([]);
  });

  it('has a second when its pod is forced away', async () => {
    hook = { exitCode: 0, afterMs: 60_000 };
    world.engine.behaviours.set('app', { ignoresTerm: true });
    await world.add('web', { containers: [app(draining)] });
    await world.delete('web', 0);
    await world.clock.advance(10_000);
    expect(ran).toEqual(['0 app: drain']);
    expect(deaths()).toEqual(['3 app']);
    expect(world.containers()).toEqual([]);
  });

  it('does not run when the container ends by itself', async () => {
    world.engine.behaviours.set('app', { exitAfterMs: 1_000 });
    await world.add('web', { restartPolicy: 'Never', containers: [app(draining)] });
    await world.clock.advance(5_000);
    expect(ran).toEqual([]);
    expect(world.pod('web')?.status?.phase).toBe('Succeeded');
  });
});
