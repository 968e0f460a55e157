import { readFileSync } from 'node:fs';
import { Duplex } from 'node:stream';
import type { IncomingHttpHeaders } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Container, Probe } from '../../../../src/api/schema/pod.js';
import { KubeletteError } from '../../../../src/lib/errors.js';
import { systemClock } from '../../../../src/lib/clock.js';
import { probeHandler, type ProbeTools } from '../../../../src/kubelet/prober/handlers.js';
import { connectDirectly } from '../../../../src/kubelet/http/connect.js';
import type { Attempt } from '../../../../src/kubelet/prober/attempt.js';
import { aContainer, aPod, T0 } from '../../../support/builders.js';
import { eventually } from '../../../support/eventually.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { FakeEngine } from '../../../support/fake-engine.js';
import { FakeStreams } from '../../../support/fake-streams.js';
import { hangingOn } from '../../../support/hanging-on.js';
import { healthServer, httpServer, httpsServer, tcpServer, type ProbeServer } from '../../../support/probe-servers.js';

const { signal } = new AbortController();
const streams = new FakeStreams(new FakeEngine(systemClock));
const tools: ProbeTools = {
  streams,
  clock: systemClock,
  podNetwork: 'direct',
  engineAnswers: async () => Promise.resolve(),
  admit: async (start) => start(),
};
let servers: ProbeServer[] = [];
afterEach(async () => {
  await Promise.all(servers.map(async (server) => server.close()));
  servers = [];
});
const serve = async (server: Promise<ProbeServer>): Promise<number> => {
  const opened = await server;
  servers.push(opened);
  return opened.port;
};
/** A port nobody listens at. */
const closedPort = async (): Promise<number> => {
  const server = await tcpServer(() => undefined);
  await server.close();
  return server.port;
};

/** `success`, or `failure: …`, or `error: …`. Ports are written as PORT. */
async function outcome(probe: Probe, container: Container = aContainer('app'), via = tools): Promise<string> {
  const target = {
    kind: 'readiness',
    probe: { timeoutSeconds: 10, ...probe },
    pod: aPod(),
    container,
    containerKind: 'app',
    containerId: 'app-0',
    startedAt: T0,
    sandboxId: 'sandbox-0',
    address: '127.0.0.1',
  } as const;
  const text = await probeHandler(
    target,
    via,
  )(signal).then(
    ({ output, verdict }: Attempt) => (output === '' ? verdict : `${verdict}: ${output}`),
    (error: unknown) => `error: ${(error as Error).message}`,
  );
  return text.replace(/127\.0\.0\.1:\d+/g, 'POD:PORT');
}

describe('httpGet', () => {
  it.each([
    [200, 'hello', 'success: hello'],
    [204, '', 'success'],
    [304, '', 'warning: Probe terminated redirects, Response body: '],
    [404, 'not here', 'failure: HTTP probe failed with statuscode: 404'],
    [500, 'broken', 'failure: HTTP probe failed with statuscode: 500'],
  ])('judges status %i', async (status, body, wanted) => {
    const port = await serve(httpServer((_request, response) => response.writeHead(status).end(body)));
    expect(await outcome({ httpGet: { path: '/', port } })).toBe(wanted);
  });

  it('sends what the kubelet sends', async () => {
    let headers: IncomingHttpHeaders = {};
    const port = await serve(
      httpServer((request, response) => {
        headers = request.headers;
        response.end(request.url);
      }),
    );
    const httpHeaders = [
      { name: 'X-Probe', value: 'a' },
      { name: 'X-Probe', value: 'b' },
    ];
    expect(await outcome({ httpGet: { path: '/x?y=1', port, httpHeaders } })).toBe('success: /x?y=1');
    expect(headers).toEqual({
      accept: '*/*',
      connection: 'close',
      host: `127.0.0.1:${port}`,
      'user-agent': 'kube-probe/1.33',
      'x-probe': 'a, b',
    });
  });

  it('looks at no certificate', async () => {
    const port = await serve(httpsServer((_request, response) => response.end('secret')));
    expect(await outcome({ httpGet: { path: '/', port, scheme: 'HTTPS' } })).toBe('success: secret');
  });

  it('says that a server does not speak HTTPS', async () => {
    const port = await serve(httpServer((_request, response) => response.end('plain')));
    expect(await outcome({ httpGet: { path: '/', port, scheme: 'HTTPS' } })).toBe(
      'failure: Get "https://POD:PORT/": http: server gave HTTP response to HTTPS client',
    );
  });

  it('knows no proxy', async () => {
    const port = await serve(httpServer((_request, response) => response.end('direct')));
    process.env['HTTP_PROXY'] = process.env['http_proxy'] = `http://127.0.0.1:${await closedPort()}`;
    try {
      expect(await outcome({ httpGet: { path: '/', port } })).toBe('success: direct');
    } finally {
      delete process.env['HTTP_PROXY'];
      delete process.env['http_proxy'];
    }
  });

  it('takes a port by its name in the container', async () => {
    const port = await serve(httpServer((_request, response) => response.end('named')));
    const container = aContainer('app', { ports: [{ name: 'web', containerPort: port }] });
    expect(await outcome({ httpGet: { path: '/', port: 'web' } }, container)).toBe('success: named');
    expect(await outcome({ httpGet: { path: '/', port: 'api' } }, container)).toBe(
      'error: strconv.Atoi: parsing "api": invalid syntax',
    );
  });

  it('follows redirects on the same host, and no others', async () => {
    const other = await serve(httpServer((_request, response) => response.end('arrived')));
    const port = await serve(
      httpServer((request, response) => {
        const location: Record<string, string> = {
          '/near': '/here',
          '/port': `http://127.0.0.1:${other}/`,
          '/far': `http://localhost:${other}/`,
          '/loop': '/loop',
        };
        const to = location[request.url ?? ''];
        if (to === undefined) response.end('here');
        else response.writeHead(302, { location: to }).end('moved');
      }),
    );
    const at = async (path: string): Promise<string> => outcome({ httpGet: { path, port } });
    expect(await at('/near')).toBe('success: here');
    expect(await at('/port')).toBe('success: arrived');
    expect(await at('/far')).toBe('warning: Probe terminated redirects, Response body: moved');
    expect(await at('/loop')).toBe('failure: Get "http://POD:PORT/loop": stopped after 10 redirects');
  });

  it('reads at most 10 KiB of a body that never ends', async () => {
    const port = await serve(
      httpServer((_request, response) => {
        const more = (): void => {
          if (!response.destroyed) response.write('x'.repeat(4_096), (error) => error ?? setImmediate(more));
        };
        more();
      }),
    );
    expect((await outcome({ httpGet: { path: '/', port } })).length).toBe('success: '.length + 10_240);
  });

  it('fails without an answer, in the words of the kubelet', async () => {
    const closed = await closedPort();
    expect(await outcome({ httpGet: { path: '/', port: closed } })).toBe(
      'failure: Get "http://POD:PORT/": dial tcp POD:PORT: connect: connection refused',
    );
    const silent = await serve(tcpServer(() => undefined));
    expect(await outcome({ httpGet: { path: '/', port: silent }, timeoutSeconds: 1 })).toBe(
      'failure: Get "http://POD:PORT/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    );
    const rude = await serve(tcpServer((socket) => socket.on('data', () => socket.end())));
    expect(await outcome({ httpGet: { path: '/', port: rude } })).toBe('failure: Get "http://POD:PORT/": EOF');
  });

  it('says nothing when the body breaks off', async () => {
    const port = await serve(
      httpServer((_request, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('half');
        setImmediate(() => response.destroy());
      }),
    );
    expect(await outcome({ httpGet: { path: '/', port } })).toBe('error: aborted');
  });
});

describe('tcpSocket', () => {
  it('is content with a connection', async () => {
    const port = await serve(tcpServer(() => undefined));
    expect(await outcome({ tcpSocket: { port } })).toBe('success');
    expect(await outcome({ tcpSocket: { port, host: 'localhost' } })).toBe('success');
  });

  it('fails without one', async () => {
    expect(await outcome({ tcpSocket: { port: await closedPort() } })).toBe(
      'failure: dial tcp POD:PORT: connect: connection refused',
    );
    expect(await outcome({ tcpSocket: { port: 80, host: 'no.such.host.invalid' } })).toBe(
      'failure: dial tcp: lookup no.such.host.invalid: no such host',
    );
  });

  it('leaves no connection behind that waits for its end', async () => {
    const port = await serve(tcpServer((socket) => socket.resume()));
    const quick = await serve(httpServer((_request, response) => response.end('x')));
    const health = await serve(healthServer(() => ({ status: 1 })));
    for (let i = 0; i < 5; i += 1) {
      await outcome({ tcpSocket: { port } });
      await outcome({ httpGet: { path: '/', port: quick } });
      await outcome({ grpc: { port: health } });
    }
    const hex = (of: number): string => of.toString(16).toUpperCase().padStart(4, '0');
    // State 06 is TIME_WAIT; the remote address is the one of the server when it is on our side.
    const waiting = readFileSync('/proc/net/tcp', 'utf8')
      .split('\n')
      .filter((line) =>
        new RegExp(`^\\s*\\d+: \\S+ 0100007F:(${[port, quick, health].map(hex).join('|')}) 06 `).test(line),
      );
    expect(waiting).toEqual([]);
  });
});

describe('grpc', () => {
  it.each([
    [{ status: 1 }, 'success: service healthy'],
    [{ status: 2 }, 'failure: service unhealthy (responded with "NOT_SERVING")'],
    [{}, 'failure: error: health rpc probe failed: rpc error: code = Internal desc = the response cannot be read'],
    [
      { grpcStatus: 5, grpcMessage: 'unknown service' },
      'failure: error: health rpc probe failed: rpc error: code = NotFound desc = unknown service',
    ],
    [
      { grpcStatus: 12, grpcMessage: 'what?' },
      'failure: error: this server does not implement the grpc health protocol (grpc.health.v1.Health): what?',
    ],
    [
      { httpStatus: 404 },
      'failure: error: health rpc probe failed: rpc error: code = Unknown desc = unexpected HTTP status code received from server: 404',
    ],
  ])('judges %j', async (answer, wanted) => {
    const port = await serve(healthServer(() => answer));
    expect(await outcome({ grpc: { port } })).toBe(wanted);
  });

  it('asks for the service', async () => {
    const asked: string[] = [];
    const port = await serve(
      healthServer((...question) => {
        asked.push(question.join(' '));
        return { status: 1 };
      }),
    );
    await outcome({ grpc: { port, service: 'db' } });
    await outcome({ grpc: { port, service: '' } });
    expect(asked).toEqual(['db /grpc.health.v1.Health/Check', ' /grpc.health.v1.Health/Check']);
  });

  it('says why it gave up', async () => {
    const port = await serve(healthServer(() => ({ silent: true })));
    expect(await outcome({ grpc: { port }, timeoutSeconds: 1 })).toBe(
      'failure: timeout: health rpc did not complete within 1s',
    );
    expect(await outcome({ grpc: { port: await closedPort() }, timeoutSeconds: 1 })).toBe(
      'failure: timeout: failed to connect service "POD:PORT" within 1s: context deadline exceeded',
    );
  });
});

describe('every probe', () => {
  const open = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

  it.each<[string, (port: number, health: number) => Probe]>([
    ['httpGet', (port) => ({ httpGet: { path: '/', port } })],
    ['tcpSocket', (port) => ({ tcpSocket: { port } })],
    ['grpc', (_, port) => ({ grpc: { port } })],
    ['grpc with a server that speaks another protocol', (port) => ({ grpc: { port } })],
  ])('closes its socket: %s', async (_, probe) => {
    const port = await serve(httpServer((_request, response) => response.end('x')));
    const health = await serve(healthServer(() => ({ status: 1 })));
    const before = open();
    for (let i = 0; i < 5; i += 1) await outcome(probe(port, health));
    // Those of the server are closed once it has read that they are.
    await eventually('no socket is open', () => open() <= before || undefined);
  });
});

describe('from inside the pod', () => {
  const inside: ProbeTools = { ...tools, podNetwork: 'sandbox' };

  it('goes by way of the sandbox', async () => {
    const port = await serve(httpServer((_request, response) => response.end('from inside')));
    const health = await serve(healthServer(() => ({ status: 1 })));
    const dialled: unknown[] = [];
    const connections = new Map([
      [port, await connectDirectly('127.0.0.1', port, signal)],
      [health, await connectDirectly('127.0.0.1', health, signal)],
    ]);
    streams.onDial = (sandboxId, target) => {
      dialled.push([sandboxId, target.host, target.oneShot]);
      const connection = connections.get(target.port);
      if (connection === undefined) throw new Error('unexpected');
      return connection.stream;
    };
    expect(await outcome({ httpGet: { path: '/', port } }, aContainer('app'), inside)).toBe('success: from inside');
    expect(await outcome({ grpc: { port: health } }, aContainer('app'), inside)).toBe('success: service healthy');
    expect(dialled).toEqual([
      ['sandbox-0', 'pod', true],
      ['sandbox-0', 'pod', true],
    ]);
  });

  it.each(['httpGet', 'tcpSocket'] as const)('tells a refused %s from an engine that does not answer', async (kind) => {
    const probe = kind === 'httpGet' ? { httpGet: { path: '/', port: 80 } } : { tcpSocket: { port: 80 } };
    streams.onDial = () => {
      const message = 'dial tcp 127.0.0.1:80: connect: connection refused';
      throw new KubeletteError('Unavailable', message, { details: { errno: -111 } });
    };
    const before = hangingOn(signal);
    expect(await outcome(probe, aContainer('app'), inside)).toMatch(/^failure: .*connection refused$/);
    expect(hangingOn(signal)).toBe(before);
    streams.onDial = () => {
      throw new KubeletteError('Unavailable', 'cannot reach the Docker engine');
    };
    expect(await outcome(probe, aContainer('app'), inside)).toBe('error: cannot reach the Docker engine');
  });

  describe('of an engine that takes its time to connect', () => {
    const clock = new FakeClock();
    const slow = new FakeStreams(new FakeEngine(clock));
    const via: ProbeTools = { ...inside, clock, streams: slow };
    /** What is said within so many ms; undefined while nothing is. */
    const saidWithin = async (ms: number, probe: Probe): Promise<string | undefined> => {
      let said: string | undefined;
      void outcome({ ...probe, timeoutSeconds: 1 }, aContainer('app'), via).then((text) => (said = text));
      await clock.advance(ms);
      return said;
    };
    /** Takes everything and never says a word. */
    const silent = (): Duplex => new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });

    it('is charged for nothing that the engine takes', async () => {
      slow.dialMs = 5_000;
      slow.onDial = silent;
      expect(await saidWithin(5_000, { tcpSocket: { port: 80 } })).toBe('success');
    });

    it('has all of its own time to answer, and no more', async () => {
      slow.dialMs = 5_000;
      slow.onDial = silent;
      const probe = { httpGet: { path: '/', port: 80 } };
      expect(await saidWithin(5_900, probe)).toBeUndefined();
      expect(await saidWithin(6_300, probe)).toMatch(/^failure: .*context deadline exceeded/);
    });

    it('is not judged by an engine that never connects', async () => {
      slow.dialMs = 600_000;
      expect(await saidWithin(60_000, { tcpSocket: { port: 80 } })).toMatch(/^error: .*does not answer$/);
    });
  });

  it.each([
    ['hangs', async () => new Promise<never>(() => undefined)],
    ['is gone', async () => Promise.reject(new KubeletteError('Unavailable', 'does not answer'))],
  ])('is no failure while the engine %s', async (_how, engineAnswers) => {
    const port = await serve(httpServer(() => undefined));
    const { stream } = await connectDirectly('127.0.0.1', port, signal);
    streams.onDial = () => stream;
    const probe = { httpGet: { path: '/', port }, timeoutSeconds: 1 };
    expect(await outcome(probe, aContainer('app'), { ...inside, engineAnswers })).toMatch(/^error: .*does not answer$/);
  });
});
