import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LifecycleHandler } from '../../../../src/api/schema/pod.js';
import { runHook } from '../../../../src/kubelet/hooks/run-hook.js';
import { aContainer, aPod } from '../../../support/builders.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { FakeEngine } from '../../../support/fake-engine.js';
import { FakeStreams } from '../../../support/fake-streams.js';
import { RecordedEvents } from '../../../support/recorded-events.js';

const { signal } = new AbortController();
const clock = new FakeClock();
let events: RecordedEvents;
let streams: FakeStreams;
let server: Server;
let answer: RequestListener;
let asked: string[];

beforeEach(async () => {
  events = new RecordedEvents();
  streams = new FakeStreams(new FakeEngine(clock));
  asked = [];
  answer = (_request, response) => response.writeHead(500).end('broken');
  server = createServer((request, response) => {
    const { accept, authorization, host } = request.headers;
    asked.push([request.method, request.url, host, request.headers['user-agent'], accept, authorization].join(' '));
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  // The pod's port 80 is this server.
  streams.onDial = () => connect(port, '127.0.0.1');
});
afterEach(() => {
  server.close();
});

const target = {
  pod: aPod({}, { status: { phase: 'Running', podIP: '10.0.0.2' } }),
  container: aContainer('app', { ports: [{ name: 'web', containerPort: 80 }] }),
  containerId: 'app-0',
  sandboxId: 'sandbox-0',
};
const run = async (handler: LifecycleHandler): Promise<void> =>
  runHook({ streams, events, clock }, handler, target, signal);
const POD = 'web_default(uid-1)';

describe('an HTTP hook', () => {
  it('asks the pod, by name of the port, and takes any answer', async () => {
    await run({ httpGet: { port: 'web', path: '/drain?now=1', httpHeaders: [{ name: 'Host', value: 'me' }] } });
    expect(asked).toEqual(['GET /drain?now=1 me kube-lifecycle/1.33 */* ']);
  });

  it('fails when nobody answers, in the words of the kubelet', async () => {
    streams.onDial = () => {
      throw new Error('dial tcp 10.0.0.2:80: connect: connection refused');
    };
    await expect(run({ httpGet: { port: 80, path: '/drain' } })).rejects.toThrow(
      `HTTP lifecycle hook (/drain) for Container "app" in Pod "${POD}" failed - error: ` +
        'Get "http://10.0.0.2:80/drain": dial tcp 10.0.0.2:80: connect: connection refused',
    );
    await expect(run({ httpGet: { port: 'other', path: '/' } })).rejects.toThrow(
      'failed - error: strconv.Atoi: parsing "other": invalid syntax',
    );
  });

  it('in HTTPS to a server without it is asked again in HTTP, without credentials', async () => {
    const httpHeaders = [{ name: 'Authorization', value: 'secret' }];
    await run({ httpGet: { port: 80, scheme: 'HTTPS', path: '/', httpHeaders } });
    expect(asked).toEqual(['GET / 10.0.0.2:80 kube-lifecycle/1.33 */* ']);
    expect(events.take()).toEqual([
      'Warning LifecycleHTTPFallback request to HTTPS lifecycle hook 10.0.0.2:80 got HTTP response, retry with HTTP succeeded',
    ]);
  });

  it('follows redirects on the same host, not to another, and not for ever', async () => {
    answer = (request, response) => {
      const location = request.url === '/a' ? '/b?c=d' : 'http://other.example/';
      response.writeHead(302, { location }).end();
    };
    await run({ httpGet: { port: 80, path: '/a' } });
    expect(asked.map((line) => line.split(' ')[1])).toEqual(['/a', '/b?c=d']);
    answer = (_request, response) => response.writeHead(302, { location: '/again' }).end();
    await expect(run({ httpGet: { port: 80, path: '/a' } })).rejects.toThrow('stopped after 10 redirects');
  });
});

describe('another hook', () => {
  it('that is a command is run as it stands and says how it failed', async () => {
    const engine = new FakeEngine(clock);
    streams = new FakeStreams(engine);
    engine.get = () => ({ state: 'running', life: new AbortController() }) as ReturnType<FakeEngine['get']>;
    const commands: (readonly string[])[] = [];
    streams.onExec = (_id, command) => {
      commands.push(command);
      return { exitCode: 7, stdout: 'a\n', stderr: 'b' };
    };
    await expect(run({ exec: { command: ['sh', '-c', '$(X)'] } })).rejects.toThrow(
      `Exec lifecycle hook ([sh -c $(X)]) for Container "app" in Pod "${POD}" failed - error: ` +
        `command 'sh -c $(X)' exited with 7: b, message: "a\\nb"`,
    );
    expect(commands).toEqual([['sh', '-c', '$(X)']]);
  });

  it('that sleeps takes its time', async () => {
    let over = false;
    const sleeping = run({ sleep: { seconds: 3 } }).then(() => (over = true));
    await clock.advance(2_999);
    expect(over).toBe(false);
    await clock.advance(1);
    await sleeping;
  });

  it('that is a TCP socket is no hook, as in Kubernetes', async () => {
    await expect(run({ tcpSocket: { port: 80 } })).rejects.toThrow('invalid handler');
  });
});
