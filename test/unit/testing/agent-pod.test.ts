import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { PodStatus } from '../../../src/api/schema/pod.js';
import { KubeletteError } from '../../../src/lib/errors.js';
import { AgentPod } from '../../../src/testing/agent-pod.js';
import { FakeAgent, podOf } from '../../support/fake-agent.js';

let agent: FakeAgent;
let node: AbortController;
let pod: AgentPod;

const READY: PodStatus = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };

beforeEach(() => {
  agent = new FakeAgent();
  node = new AbortController();
  const created = agent.createPod(podOf('web', ['app', 'side']));
  const reference = { namespace: 'default', name: 'web', uid: created.metadata.uid ?? '' };
  pod = new AgentPod(reference, agent, agent.clock, node.signal);
});

afterEach(() => {
  node.abort(new Error('the test is over'));
});

describe('ready', () => {
  it('resolves when the pod becomes ready', async () => {
    const waiting = pod.ready();
    agent.setStatus('web', { phase: 'Pending' });
    agent.setStatus('web', READY);
    expect(await waiting).toEqual(READY);
  });

  it('resolves at once when it is', async () => {
    agent.setStatus('web', READY);
    expect((await pod.ready()).phase).toBe('Running');
  });

  it('fails at once when the pod has ended instead, with the reason and the log', async () => {
    agent.logs.set('web/app', 'no configuration\n');
    agent.setStatus('web', {
      phase: 'Failed',
      containerStatuses: [
        {
          name: 'app',
          ready: false,
          restartCount: 0,
          image: '',
          imageID: '',
          state: { terminated: { exitCode: 3, reason: 'Error' } },
        },
      ],
    });
    const error = await pod.ready().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'Conflict' });
    expect(String(error)).toContain('container app: ended with exit code 3, Error');
    expect(String(error)).toContain('| no configuration');
  });

  it('says what it last saw when time is over', async () => {
    agent.setStatus('web', {
      phase: 'Pending',
      conditions: [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady', message: 'not ready: [app]' }],
      containerStatuses: [
        {
          name: 'app',
          ready: false,
          restartCount: 0,
          image: '',
          imageID: '',
          state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x"' } },
        },
      ],
    });
    agent.recordEvent('web', { type: 'Warning', reason: 'Failed', message: 'no such image', count: 3 });
    const waiting = pod.ready({ timeoutMs: 10 }).catch((reason: unknown) => reason);
    await agent.clock.advance(10);
    expect(await waiting).toMatchObject({
      code: 'Timeout',
      message: [
        'pod default/web was not ready within 10 ms; last seen: phase Pending',
        '  condition Ready is False, ContainersNotReady: not ready: [app]',
        '  container app: waiting, ImagePullBackOff: Back-off pulling image "x"',
        '  event Warning Failed x3: no such image',
      ].join('\n'),
    });
  });

  it('fails when the pod is deleted meanwhile, also when another one takes its name', async () => {
    const waiting = expect(pod.ready()).rejects.toMatchObject({ code: 'NotFound' });
    agent.remove('web');
    agent.createPod(podOf('web'));
    agent.setStatus('web', READY);
    await waiting;
  });
});

describe('finished', () => {
  it.each(['Succeeded', 'Failed'] as const)('resolves when the pod has %s', async (phase) => {
    const waiting = pod.finished();
    agent.setStatus('web', READY);
    agent.setStatus('web', { phase });
    expect(await waiting).toEqual({ phase });
  });
});

describe('delete', () => {
  it('resolves when the pod is gone', async () => {
    let gone = false;
    const deleting = pod.delete().then(() => (gone = true));
    await agent.clock.advance(0);
    expect(agent.pod('web').metadata.deletionTimestamp).toBeDefined();
    expect(gone).toBe(false);
    agent.remove('web');
    await deleting;
    expect(() => pod.status()).toThrow('pods "web" not found');
  });

  it('is done when the pod is gone already, and leaves its successor alone', async () => {
    agent.remove('web');
    agent.createPod(podOf('web'));
    await pod.delete({ graceSeconds: 0 });
    expect(agent.pod('web').metadata.deletionTimestamp).toBeUndefined();
  });

  it('kills at once with a grace of 0', async () => {
    await pod.delete({ graceSeconds: 0 });
    expect(agent.store.list('Pod').items).toHaveLength(0);
  });

  it('waits for the grace period and half a minute at most', async () => {
    const deleting = pod.delete({ graceSeconds: 5 }).catch((reason: unknown) => reason);
    await agent.clock.advance(34_999);
    agent.setStatus('web', { phase: 'Running' });
    await agent.clock.advance(1);
    expect(await deleting).toMatchObject({ code: 'Timeout' });
  });
});

describe('exec', () => {
  it('collects output and exit code', async () => {
    agent.execAnswer = { stdout: 'out\n', stderr: 'err\n', exitCode: 9 };
    expect(await pod.exec(['sh', '-c', 'x'], { container: 'side' })).toEqual({
      stdout: 'out\n',
      stderr: 'err\n',
      exitCode: 9,
    });
    expect(agent.execs).toEqual([
      { namespace: 'default', name: 'web', container: 'side', command: ['sh', '-c', 'x'], tty: false, stdin: false },
    ]);
  });

  it('feeds standard input and closes it', async () => {
    expect((await pod.exec(['cat'], { stdin: 'grüße' })).stdout).toBe('grüße');
  });

  it('refuses a pod that is gone', async () => {
    agent.remove('web');
    await expect(pod.exec(['true'])).rejects.toMatchObject({ code: 'NotFound' });
  });
});

describe('logs', () => {
  it('gives lines, with or without a final line break', async () => {
    agent.logs.set('web/app', 'one\ntwo\nthree');
    expect(await collect(pod.logs())).toEqual(['one', 'two', 'three']);
  });

  it('reads the previous instance and only the newest lines when asked to', async () => {
    agent.logs.set('web/side/previous', 'one\ntwo\nthree\n');
    expect(await collect(pod.logs({ container: 'side', previous: true, tail: 2 }))).toEqual(['two', 'three']);
  });
});

describe('fetch and forward', () => {
  const server = createServer((request, response) => {
    request.pipe(response);
    response.setHeader('x-method', `${request.method ?? ''} ${request.url ?? ''} ${request.headers.host ?? ''}`);
    if (request.url === '/nothing') response.statusCode = 204;
  });

  beforeEach(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    agent.dial = async () => connect((server.address() as AddressInfo).port, '127.0.0.1');
  });

  afterEach(async () => {
    node.abort(new Error('the test is over'));
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });

  it('speaks HTTP to the pod', async () => {
    const response = await pod.fetch(80, '/path?q=1', { method: 'POST', body: 'ping' });
    expect(response.headers.get('x-method')).toBe('POST /path?q=1 web:80');
    expect(await response.text()).toBe('ping');
  });

  it('understands answers without a body', async () => {
    const response = await pod.fetch(80, '/nothing');
    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
  });

  it('tries again while the server does not listen yet', async () => {
    const connected = agent.dial;
    let attempts = 0;
    agent.dial = async (...target) => {
      attempts += 1;
      if (attempts < 3) throw new KubeletteError('Unavailable', 'connection refused');
      return connected(...target);
    };
    const fetching = pod.fetch(80);
    await agent.clock.advance(1_000);
    expect((await fetching).status).toBe(200);
    expect(attempts).toBe(3);
  });

  it('gives up after ten seconds, with what the last attempt said', async () => {
    agent.dial = async () => {
      throw new KubeletteError('Unavailable', 'connection refused');
    };
    const fetching = pod.fetch(80).catch((reason: unknown) => reason);
    await agent.clock.advance(10_100);
    expect(await fetching).toMatchObject({ code: 'Unavailable', message: 'connection refused' });
  });

  it('offers a port of the pod on this machine until the pod is deleted', async () => {
    const url = await pod.forward(8080);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await (await fetch(`${url}/x`, { method: 'POST', body: 'pong' })).text()).toBe('pong');
    await pod.delete({ graceSeconds: 0 });
    await expect(fetch(url)).rejects.toThrow();
  });
});

async function collect(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}
