import { beforeEach, describe, expect, it } from '@jest/globals';
import { ExecProbe } from '../../../../src/kubelet/prober/exec.js';
import type { Attempt } from '../../../../src/kubelet/prober/attempt.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { FakeEngine } from '../../../support/fake-engine.js';
import { FakeStreams, type FakeExecResult } from '../../../support/fake-streams.js';
import { containerSpec } from '../../../support/specs.js';

let clock: FakeClock;
let engine: FakeEngine;
let streams: FakeStreams;
let stop: AbortController;
let probe: ExecProbe;
let outcomes: (Attempt | string)[];

beforeEach(() => {
  clock = new FakeClock();
  engine = new FakeEngine(clock);
  streams = new FakeStreams(engine);
  stop = new AbortController();
  outcomes = [];
  const pod = { uid: 'u', namespace: 'default', name: 'web' };
  const sandbox = { id: 's', instance: 's@0' };
  const spec = containerSpec({ pod, sandbox, image: 'busybox:1', imageId: 'sha256:1' }, { command: ['x'] });
  const container = engine.add({ role: 'container', sandboxInstance: 's@0', ...spec }, 'app', {
    nodeName: 'node',
    agentId: 'me',
  });
  container.state = 'running';
  probe = new ExecProbe({
    streams,
    clock,
    containerId: container.id,
    command: ['check', '--all'],
    timeoutMs: 1_000,
    admit: async (start) => start(),
  });
});

const attempt = (): void => {
  probe.attempt(stop.signal).then(
    (outcome) => outcomes.push(outcome),
    (error: unknown) => outcomes.push((error as Error).message),
  );
};
const TIMED_OUT = { verdict: 'failure', output: 'command "check --all" timed out', unheard: true };

describe('exec probe', () => {
  it.each<[FakeExecResult, Attempt]>([
    [
      { exitCode: 0, stdout: 'fine' },
      { verdict: 'success', output: 'fine' },
    ],
    [
      { exitCode: 3, stdout: 'a', stderr: 'b' },
      { verdict: 'failure', output: 'ab' },
    ],
    [
      { exitCode: 1, stdout: 'x'.repeat(20_000) },
      { verdict: 'failure', output: 'x'.repeat(10_240) },
    ],
  ])('takes the exit code for the answer', async (result, wanted) => {
    streams.onExec = () => result;
    attempt();
    await clock.advance(10);
    expect(outcomes).toEqual([wanted]);
  });

  it('kills a command that takes too long', async () => {
    streams.onExec = () => ({ exitCode: 0, afterMs: 1_000_000 });
    attempt();
    await clock.advance(900);
    expect([outcomes, streams.commands]).toEqual([[], 1]);
    await clock.advance(200);
    expect([outcomes, streams.commands]).toEqual([[TIMED_OUT], 0]);
  });

  it('starts no other command before the last one is gone, and counts every time it hangs', async () => {
    let immortal = true;
    streams.onExec = () => ({
      exitCode: 0,
      afterMs: 1_000_000,
      onKill: () => {
        if (immortal) throw new Error('the engine does not answer');
      },
    });
    attempt();
    await clock.advance(1_100);
    attempt();
    await clock.advance(1_100);
    expect(outcomes).toEqual(['the engine does not answer', 'the engine does not answer']);
    expect(streams.commands).toBe(1);
    immortal = false;
    attempt();
    await clock.advance(10);
    expect([outcomes.at(-1), streams.commands]).toEqual([TIMED_OUT, 0]);
    streams.onExec = () => ({ exitCode: 0 });
    attempt();
    await clock.advance(10);
    expect(outcomes.at(-1)).toEqual({ verdict: 'success', output: '' });
  });

  it('leaves no command behind when it is not wanted any more', async () => {
    streams.onExec = () => ({ exitCode: 0, afterMs: 1_000_000 });
    attempt();
    await clock.advance(100);
    stop.abort(new Error('not wanted'));
    await clock.advance(10);
    expect([outcomes, streams.commands]).toEqual([['not wanted'], 0]);
  });

  it('says nothing when the engine does not take the command', async () => {
    streams.onExec = () => {
      throw new Error('no answer');
    };
    attempt();
    await clock.advance(10);
    expect(outcomes).toEqual(['no answer']);
  });
});
