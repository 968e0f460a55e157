import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Container } from '../../../../src/api/schema/pod.js';
import { aContainer } from '../../../support/builders.js';
import { fail } from '../../../support/fake-engine.js';
import { PodWorld } from '../../../support/pod-world.js';

/** Probes inside of a whole node: a fake engine and a fake clock, commands that do as they are told. */
let world: PodWorld;
/** What each probe's command exits with; `hang` for one that never ends, `lost` for an engine that does not answer. */
let answers: Record<string, number | 'hang' | 'lost'>;
/** When each was run, in seconds since the world began. */
let runs: Record<string, number[]>;

beforeEach(() => {
  world = new PodWorld();
  answers = {};
  runs = {};
});

const probing = (name: string, more: object = {}): object => ({
  exec: { command: [name] },
  periodSeconds: 10,
  ...more,
});
const app = (more: Partial<Container>): Partial<Container> & { name: string; image: string } => aContainer('app', more);

async function start(): Promise<void> {
  await world.start(({ streams }) => {
    streams.onExec = (_id, [name = '']) => {
      (runs[name] ??= []).push(world.elapsed / 1_000);
      const answer = answers[name] ?? 0;
      if (answer === 'lost') throw fail('Unavailable', 'the engine does not answer');
      return answer === 'hang' ? { exitCode: 0, afterMs: 1e9 } : { exitCode: answer, stdout: `${name} says ${answer}` };
    };
  });
}

const status = (): string => {
  const of = world.pod('web')?.status;
  const [container] = of?.containerStatuses ?? [];
  const ready = of?.conditions?.find(({ type }) => type === 'Ready')?.status ?? '';
  return [container?.started, container?.ready, ready, container?.restartCount].join(' ');
};
const told = (reason: string): string[] =>
  world.events.all.flatMap(({ line }) => new RegExp(`^\\w+ ${reason} (.*)$`, 's').exec(line)?.[1] ?? []);

describe('readiness', () => {
  it('moves the conditions and never restarts', async () => {
    await start();
    answers['ready'] = 1;
    await world.add('web', { containers: [app({ readinessProbe: probing('ready') })] });
    expect(status()).toBe('true false False 0');
    await world.clock.advance(60_000);
    expect(status()).toBe('true false False 0');
    answers['ready'] = 0;
    await world.clock.advance(10_000);
    expect(status()).toBe('true true True 0');
    answers['ready'] = 1;
    await world.clock.advance(15_000);
    expect(status()).toBe('true true True 0');
    await world.clock.advance(10_000);
    expect(status()).toBe('true false False 0');
    expect(told('Unhealthy')[0]).toBe('Readiness probe failed: ready says 1');
  });

  it('looks a second time soon, then once in a period', async () => {
    await start();
    answers['ready'] = 1;
    await world.add('web', { containers: [app({ readinessProbe: probing('ready') })] });
    await world.clock.advance(35_000);
    expect(runs['ready']).toEqual([0, 1, 11, 21, 31]);
  });

  it('goes on while the pod is deleted, liveness does not', async () => {
    await start();
    world.engine.behaviours.set('app', { ignoresTerm: true });
    await world.add('web', {
      containers: [app({ readinessProbe: probing('ready'), livenessProbe: probing('alive') })],
    });
    await world.clock.advance(15_000);
    await world.delete('web', 30);
    const before = { ready: runs['ready']?.length ?? 0, alive: runs['alive']?.length ?? 0 };
    await world.clock.advance(25_000);
    expect((runs['ready']?.length ?? 0) - before.ready).toBe(3);
    expect((runs['alive']?.length ?? 0) - before.alive).toBe(0);
  });
});

describe('liveness', () => {
  const liveness = (more: object = {}): object => ({ containers: [app({ livenessProbe: probing('alive', more) })] });

  it('restarts after the threshold, and begins anew with the new instance', async () => {
    await start();
    await world.add('web', liveness({ periodSeconds: 5 }));
    await world.clock.advance(12_000);
    answers['alive'] = 1;
    await world.clock.advance(8_500);
    expect(status()).toBe('true true True 0');
    answers['alive'] = 0;
    await world.clock.advance(5_000);
    answers['alive'] = 1;
    await world.clock.advance(15_000);
    answers['alive'] = 0;
    await world.clock.advance(5_000);
    expect(status()).toBe('true true True 1');
    expect(told('Killing')).toEqual(['Container app failed liveness probe, will be restarted']);
    await world.clock.advance(60_000);
    expect(status()).toBe('true true True 1');
  });

  it('waits for its delay', async () => {
    await start();
    await world.add('web', liveness({ initialDelaySeconds: 7, periodSeconds: 5 }));
    await world.clock.advance(18_000);
    expect(runs['alive']).toEqual([7, 12, 17]);
  });

  it('is not judged by trouble of the engine', async () => {
    await start();
    await world.add('web', liveness({ failureThreshold: 1 }));
    await world.clock.advance(5_000);
    answers['alive'] = 'lost';
    await world.clock.advance(300_000);
    expect(status()).toBe('true true True 0');
    expect(new Set(told('Unhealthy'))).toEqual(
      new Set([
        'Liveness probe errored and resulted in unknown state: Error response from daemon: the engine does not answer',
      ]),
    );
  });

  it('counts what a command says however long the engine took to run it', async () => {
    await start();
    world.life.runtime.streams.execMs = 14_000;
    answers['alive'] = 1;
    await world.add('web', liveness({ periodSeconds: 5, failureThreshold: 3 }));
    await world.clock.advance(60_000);
    expect(told('Killing')).toEqual(['Container app failed liveness probe, will be restarted']);
  });

  it('fails with a command that hangs, which is gone afterwards', async () => {
    await start();
    answers['alive'] = 'hang';
    await world.add('web', liveness({ failureThreshold: 2, periodSeconds: 1 }));
    await world.clock.advance(2_500);
    expect(told('Unhealthy')).toEqual(Array(2).fill('Liveness probe failed: command "alive" timed out'));
    expect(told('Killing')).toHaveLength(1);
    expect(runs['alive']).toEqual([0, 1, expect.any(Number)]);
    expect(world.life.runtime.streams.commands).toBeLessThanOrEqual(1);
  });

  it('is not asked of a paused container', async () => {
    await start();
    await world.add('web', liveness());
    await world.clock.advance(5_000);
    const container = world.running('web', 'app');
    container.paused = true;
    world.life.workers.wake('web');
    await world.clock.advance(60_000);
    expect(runs['alive']).toEqual([0]);
    container.paused = false;
    world.life.workers.wake('web');
    await world.clock.advance(1_000);
    expect(runs['alive']).toHaveLength(2);
  });

  it('kills after a failed probe wait for the back-off, once an instance does not outlive it', async () => {
    await start();
    answers['alive'] = 1;
    await world.add('web', liveness({ periodSeconds: 10, failureThreshold: 2 }));
    await world.clock.advance(180_000);
    // Each lives for 10 s: waits of 0, 0, 10, 20, 40, 80 s count from the start of the one that is killed.
    expect(world.startTimes('web', 'app')).toEqual([0, 10, 20, 30, 50, 90, 170]);
  });
});

describe('startup', () => {
  const both = {
    containers: [app({ startupProbe: probing('up', { periodSeconds: 2 }), livenessProbe: probing('alive') })],
  };

  it('holds the others back until it succeeded', async () => {
    await start();
    answers['up'] = 1;
    await world.add('web', both);
    await world.clock.advance(3_000);
    expect([status(), runs['alive']]).toEqual(['false false False 0', undefined]);
    answers['up'] = 0;
    await world.clock.advance(2_000);
    expect(status()).toBe('true true True 0');
    await world.clock.advance(20_000);
    expect([runs['up'], runs['alive']]).toEqual([
      [0, 2, 4],
      [4, 14, 24],
    ]);
  });

  it('kills a container that never comes up', async () => {
    await start();
    answers['up'] = 1;
    await world.add('web', both);
    await world.clock.advance(4_500);
    expect(told('Killing')).toEqual(['Container app failed startup probe, will be restarted']);
    expect(told('Unhealthy')).toContain('Startup probe failed: up says 1');
  });
});

describe('an agent that starts again', () => {
  it('takes readiness and started of an unchanged container as they were', async () => {
    await start();
    const container = app({ startupProbe: probing('up'), readinessProbe: probing('ready') });
    await world.add('web', { containers: [container] });
    await world.clock.advance(2_000);
    expect(status()).toBe('true true True 0');
    const seen: string[] = [];
    world.life.crash();
    await world.clock.advance(1_000);
    answers['ready'] = 1;
    await start();
    for (let step = 0; step < 8; step += 1) {
      seen.push(status());
      await world.clock.advance(1_000);
    }
    expect(new Set(seen)).toEqual(new Set(['true true True 0']));
    // It is probed again, at a moment of its own in the period, and startup is not.
    await world.clock.advance(60_000);
    expect([status(), runs['up']]).toEqual(['true false False 0', [0]]);
  });
});

describe('a gap', () => {
  it('does not add up failures from before and after', async () => {
    await start();
    await world.add('web', { containers: [app({ livenessProbe: probing('alive', { failureThreshold: 2 }) })] });
    await world.clock.advance(5_000);
    answers['alive'] = 1;
    await world.clock.advance(10_000);
    world.clock.step(3_600_000);
    await world.clock.advance(10_000);
    expect(told('Killing')).toEqual([]);
    await world.clock.advance(10_000);
    expect(told('Killing')).toHaveLength(1);
  });
});
