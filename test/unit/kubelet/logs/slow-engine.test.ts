import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { ContainerState } from '../../../../src/api/schema/pod.js';
import { FileLogStore } from '../../../../src/kubelet/logs/file-log-store.js';
import { nodeOperations } from '../../../../src/kubelet/node-operations.js';
import type { PodOperations } from '../../../../src/kubelet/pod-operations.js';
import { silentLogger } from '../../../../src/lib/logger.js';
import type { RuntimeStreams } from '../../../../src/runtime/streams.js';
import { MemoryStore } from '../../../../src/store/memory-store.js';
import { aPod } from '../../../support/builders.js';
import { eventually } from '../../../support/eventually.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { FakeEngine } from '../../../support/fake-engine.js';
import { FakeRuntime } from '../../../support/fake-runtime.js';
import { container, pod, record, ScriptedLogs } from './scripted-logs.js';

const { signal } = new AbortController();
const STARTED = '2026-01-01T00:00:00Z';
const ended: ContainerState = { terminated: { exitCode: 0, containerID: 'docker://c0ffee' } };
const running: ContainerState = { running: { startedAt: STARTED } };

let root: string;
let clock: FakeClock;
let logs: FileLogStore;
let operations: PodOperations;
/** A pod whose container has this state, and has written two lines that take so long to come. */
async function given(state: ContainerState, takesMs: number): Promise<void> {
  let asked = 0;
  root = await mkdtemp(join(tmpdir(), 'kubelette-logs-'));
  clock = new FakeClock();
  const scripted = new ScriptedLogs();
  scripted.push(record(1, 'first'), record(2, 'last words'));
  const runtime = new FakeRuntime(new FakeEngine(clock), { nodeName: 'node', agentId: 'me' });
  const streams: RuntimeStreams = {
    exec: runtime.streams.exec.bind(runtime.streams),
    attach: runtime.streams.attach.bind(runtime.streams),
    dial: runtime.streams.dial.bind(runtime.streams),
    async *logs(id, options, until) {
      asked += 1;
      await clock.sleep(takesMs, until);
      yield* scripted.logs(id, options, until);
    },
  };
  const store = new MemoryStore({ clock, historyLimit: 100, revision: 0, objects: [] });
  const status = { name: 'app', image: '', imageID: '', ready: false, restartCount: 0, containerID: 'docker://c0ffee' };
  store.create(aPod({}, { metadata: pod, status: { phase: 'Running', containerStatuses: [{ ...status, state }] } }));
  logs = new FileLogStore({ root, streams, clock, logger: silentLogger });
  operations = nodeOperations({ store, runtime, streams, logs, clock });
  logs.follow(pod, container({ state: state === ended ? 'exited' : 'running' }));
  await eventually('the log was asked for', () => asked > 0);
}

/** What is read within this time. */
async function read(withinMs: number): Promise<string> {
  const reading = (async () => {
    let text = '';
    const options = { follow: false, timestamps: false };
    for await (const chunk of operations.logs({ ...pod, previous: false }, options, signal)) text += String(chunk);
    return text;
  })();
  await clock.advance(withinMs);
  return reading;
}

afterEach(async () => {
  await logs.stop();
  await rm(root, { recursive: true, force: true });
});

describe('on an engine that takes its time to give a log away', () => {
  it('the log of a container that has ended is complete', async () => {
    await given(ended, 20_000);
    expect(await read(20_000)).toBe('first\nlast words\n');
  });

  it('the log of a container that has just been started has what it wrote', async () => {
    await given(running, 4_000);
    expect(await read(4_000)).toBe('first\nlast words\n');
  });
});
