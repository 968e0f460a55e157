import { PassThrough, type Duplex } from 'node:stream';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ContainerStatus, Pod } from '../../../src/api/schema/pod.js';
import type { LogReadOptions } from '../../../src/kubelet/logs/log-store.js';
import { nodeOperations } from '../../../src/kubelet/node-operations.js';
import type { ContainerTarget, PodOperations } from '../../../src/kubelet/pod-operations.js';
import { MemoryStore } from '../../../src/store/memory-store.js';
import { aContainer, aPod } from '../../support/builders.js';
import { FakeClock } from '../../support/fake-clock.js';
import { FakeEngine } from '../../support/fake-engine.js';
import { FakeLogs } from '../../support/fake-logs.js';
import { FakeRuntime } from '../../support/fake-runtime.js';
import { sandboxSpec } from '../../support/specs.js';

const { signal } = new AbortController();
const AT = '2026-01-01T00:00:00Z';
const ASKED = { command: ['true'], tty: false, stdin: false };
const READ: LogReadOptions = { follow: false, timestamps: false };
const pod = { uid: 'uid-1', namespace: 'default', name: 'web' };
const web: ContainerTarget = { namespace: 'default', name: 'web' };

let clock: FakeClock;
let engine: FakeEngine;
let runtime: FakeRuntime;
let store: MemoryStore;
let logs: FakeLogs;
let operations: PodOperations;
let executed: string[];

const runningAs = (name: string, id: string): ContainerStatus => ({
  name,
  image: 'busybox:1',
  imageID: '',
  ready: true,
  restartCount: 0,
  containerID: `docker://${id}`,
  state: { running: { startedAt: AT } },
});
const endedAs = (name: string, id: string): ContainerStatus => ({
  ...runningAs(name, id),
  state: { terminated: { exitCode: 0, containerID: `docker://${id}` } },
});
const publish = (...containerStatuses: ContainerStatus[]): void => {
  const stored = store.get<Pod>('Pod', 'default/web');
  if (stored !== undefined) store.update<Pod>({ ...stored, status: { phase: 'Running', containerStatuses } });
};
/** A pod with two containers, `app` running on the engine. */
function givenPod(changes: Partial<Pod['metadata']> = {}): void {
  store.create(
    aPod(
      { containers: [aContainer('app'), aContainer('helper')], initContainers: [aContainer('setup')] },
      { metadata: changes },
    ),
  );
}
async function text(stream: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString();
}

beforeEach(() => {
  clock = new FakeClock();
  engine = new FakeEngine(clock);
  runtime = new FakeRuntime(engine, { nodeName: 'node', agentId: 'me' });
  store = new MemoryStore({ clock, historyLimit: 100, revision: 0, objects: [] });
  logs = new FakeLogs();
  executed = [];
  const streams = {
    exec: async (id: string) => {
      executed.push(id);
      return {
        stdout: new PassThrough(),
        resize: async () => undefined,
        exitCode: Promise.resolve(0),
        kill: async () => 'ended' as const,
      };
    },
    attach: async (id: string) => {
      executed.push(`attach ${id}`);
      return { stdout: new PassThrough(), resize: async () => undefined, exitCode: Promise.resolve(0) };
    },
    logs: runtime.streams.logs.bind(runtime.streams),
    dial: runtime.streams.dial.bind(runtime.streams),
  };
  operations = nodeOperations({ store, runtime, streams, logs, clock });
});

describe('exec and attach', () => {
  it('reach the container that is named, by its engine id', async () => {
    givenPod();
    publish(runningAs('app', 'aaa'), runningAs('helper', 'bbb'));
    await operations.exec({ ...web, container: 'helper' }, ASKED, signal);
    await operations.attach({ ...web, container: 'helper' }, { tty: false, stdin: false }, signal);
    expect(executed).toEqual(['bbb', 'attach bbb']);
  });

  it('reach the first container when none is named', async () => {
    givenPod();
    publish(runningAs('app', 'aaa'), runningAs('helper', 'bbb'));
    await operations.exec(web, ASKED, signal);
    expect(executed).toEqual(['aaa']);
  });

  it('reach the default container of the annotation kubectl reads', async () => {
    givenPod({ annotations: { 'kubectl.kubernetes.io/default-container': 'helper' } });
    publish(runningAs('app', 'aaa'), runningAs('helper', 'bbb'));
    await operations.exec(web, ASKED, signal);
    expect(executed).toEqual(['bbb']);
  });

  it.each<[string, ContainerTarget, string, string]>([
    ['an unknown pod', { ...web, name: 'nope' }, 'NotFound', 'pods "nope" not found'],
    ['a pod in another namespace', { ...web, namespace: 'kube-system' }, 'NotFound', 'pods "web" not found'],
    ['an unknown container', { ...web, container: 'nope' }, 'NotFound', 'container nope is not valid for pod web'],
    [
      'one that ended',
      { ...web, container: 'helper' },
      'Conflict',
      'container not found ("helper"): it does not run in pod "web"',
    ],
    [
      'one without a status',
      { ...web, container: 'setup' },
      'Conflict',
      'container not found ("setup"): it does not run in pod "web"',
    ],
  ])('say what they cannot reach: %s', async (_what, target, code, message) => {
    givenPod();
    publish(runningAs('app', 'aaa'), endedAs('helper', 'bbb'));
    // They may throw or reject.
    const act = async (): Promise<unknown> => operations.exec(target, ASKED, signal);
    await expect(act()).rejects.toMatchObject({ code, message });
    expect(executed).toEqual([]);
  });
});

describe('logs', () => {
  it('of a container that ended wait until everything is stored', async () => {
    givenPod();
    publish(endedAs('app', 'aaa'));
    logs.text.set('app/0', 'all of it');
    const reading = text(operations.logs({ ...web, previous: false }, READ, signal));
    await clock.advance(0);
    expect(logs.waitingFor).toEqual(['aaa']);
    logs.drain('aaa');
    expect(await reading).toBe('all of it');
  });

  it('of a container that runs wait until what it wrote before the request is stored', async () => {
    givenPod();
    publish(runningAs('app', 'aaa'));
    logs.catchUp = async (id) => {
      logs.text.set('app/0', `so far of ${id}`);
    };
    expect(await text(operations.logs({ ...web, previous: false }, READ, signal))).toBe('so far of aaa');
  });

  it.each([0, -90_000, 3_600_000])(
    'of the last seconds are those of an engine whose clock is %i ms ahead',
    async (ms) => {
      givenPod();
      publish(runningAs('app', 'aaa'));
      const info = { ...(await runtime.info(signal)), clockSkewMs: ms };
      runtime.info = async () => info;
      const since = (): unknown => logs.asked.at(-1)?.sinceMs;
      await text(operations.logs({ ...web, previous: false }, { ...READ, lastMs: 10_000 }, signal));
      expect(since()).toBe(clock.now() + ms - 10_000);
      await text(operations.logs({ ...web, previous: false }, { ...READ, sinceMs: 5 }, signal));
      expect(since()).toBe(5);
    },
  );

  it('that are followed end when the container has ended and its log is stored', async () => {
    givenPod();
    publish(runningAs('app', 'aaa'));
    logs.text.set('app/0', 'first');
    let over = false;
    const reading = text(operations.logs({ ...web, previous: false }, { ...READ, follow: true }, signal)).finally(
      () => {
        over = true;
      },
    );
    await clock.advance(0);
    publish(runningAs('app', 'aaa'), runningAs('helper', 'bbb'));
    await clock.advance(0);
    expect(logs.waitingFor).toEqual([]);
    publish(endedAs('app', 'aaa'), runningAs('helper', 'bbb'));
    await clock.advance(0);
    expect(logs.waitingFor).toEqual(['aaa']);
    expect(over).toBe(false);
    logs.drain('aaa');
    expect(await reading).toBe('first');
  });

  it.each<[string, () => void]>([
    ['its pod is gone', () => store.remove('Pod', 'default/web')],
    ['its successor runs', () => publish({ ...runningAs('app', 'bbb'), restartCount: 1 })],
  ])('that are followed end when %s', async (_what, happens) => {
    givenPod();
    publish(runningAs('app', 'aaa'));
    const reading = text(operations.logs({ ...web, previous: false }, { ...READ, follow: true }, signal));
    await clock.advance(0);
    happens();
    await clock.advance(0);
    logs.drain('aaa');
    expect(await reading).toBe('');
  });

  it('that nobody reads any more leave nothing behind', async () => {
    givenPod();
    publish(runningAs('app', 'aaa'));
    logs.text.set('app/0', 'first');
    const reading = operations
      .logs({ ...web, previous: false }, { ...READ, follow: true }, signal)
      [Symbol.asyncIterator]();
    await reading.next();
    await reading.return?.();
    publish(endedAs('app', 'aaa'));
    await clock.advance(0);
    expect(logs.waitingFor).toEqual([]);
  });

  it('of the previous instance are those of its attempt', async () => {
    givenPod();
    publish({
      ...runningAs('app', 'bbb'),
      restartCount: 3,
      lastState: { terminated: { exitCode: 1, containerID: 'docker://aaa' } },
    });
    logs.text.set('app/2', 'before');
    logs.drain('aaa');
    expect(await text(operations.logs({ ...web, previous: true }, READ, signal))).toBe('before');
  });

  it('of init containers are found too', async () => {
    givenPod();
    const stored = store.get<Pod>('Pod', 'default/web');
    if (stored !== undefined) {
      store.update<Pod>({
        ...stored,
        status: { phase: 'Pending', initContainerStatuses: [runningAs('setup', 'iii')] },
      });
    }
    logs.text.set('setup/0', 'setting up');
    expect(await text(operations.logs({ ...web, container: 'setup', previous: false }, READ, signal))).toBe(
      'setting up',
    );
  });

  it('that do not exist are refused in the words of the kubelet', async () => {
    givenPod();
    const read = text(operations.logs({ ...web, previous: false }, READ, signal));
    await expect(read).rejects.toMatchObject({
      code: 'Invalid',
      message: 'container "app" in pod "web" is not available',
    });
    const other = text(operations.logs({ ...web, container: 'nope', previous: false }, READ, signal));
    await expect(other).rejects.toMatchObject({ code: 'NotFound' });
  });
});

describe('dial', () => {
  it('connects to the sandbox that runs', async () => {
    givenPod();
    const old = await runtime.runSandbox(sandboxSpec(pod), signal);
    engine.kill(old);
    const id = await runtime.runSandbox(sandboxSpec(pod, { attempt: 1 }), signal);
    const connection: Duplex = new PassThrough();
    const dialled: unknown[] = [];
    runtime.streams.onDial = (sandboxId, target) => {
      dialled.push([sandboxId, target]);
      return connection;
    };
    expect(await operations.dial(web, 8080, 'loopback', signal)).toBe(connection);
    expect(dialled).toEqual([[id, { host: 'loopback', port: 8080 }]]);
  });

  it.each<[string, () => void, string]>([
    ['before there is one', () => undefined, 'pod "web" has no running sandbox: it is Pending'],
    ['after it has ended', () => publish(endedAs('app', 'aaa')), 'pod "web" has no running sandbox: it is Running'],
  ])('%s is refused', async (_what, given, message) => {
    givenPod();
    given();
    await expect(operations.dial(web, 80, 'pod', signal)).rejects.toMatchObject({ code: 'Conflict', message });
  });

  it('to an unknown pod is refused', async () => {
    await expect(operations.dial(web, 80, 'pod', signal)).rejects.toMatchObject({ code: 'NotFound' });
  });
});
