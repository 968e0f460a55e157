import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { request as httpsRequest } from 'node:https';
import type { Pki } from '../../../../src/apiserver/auth/pki.js';
import type { ServerLimits } from '../../../../src/apiserver/http/limits.js';
import { notFound } from '../../../../src/apiserver/http/status-error.js';
import type { ApiResponse, Route } from '../../../../src/apiserver/http/types.js';
import type { ApiServer } from '../../../../src/apiserver/server.js';
import { KubeletteError } from '../../../../src/lib/errors.js';
import { eventually } from '../../../support/eventually.js';
import {
  ask,
  dial,
  echo,
  makePki,
  startServer,
  withCertificate,
  withoutCredentials,
  type Answer,
} from './test-server.js';

let pki: Pki;
let foreign: Pki;
beforeAll(async () => {
  pki = await makePki();
  foreign = await makePki();
});

const servers: ApiServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
const start = async (routes: readonly Route[], limits?: Partial<ServerLimits>): Promise<ApiServer> => {
  const server = await startServer(pki, routes, limits);
  servers.push(server);
  return server;
};
const get = (pattern: string, handle: Route['handle']): Route => ({ method: 'GET', pattern, handle });
const reasonOf = ({ text }: Answer): unknown => (JSON.parse(text) as { reason?: unknown }).reason;
const messageOf = ({ text }: Answer): unknown => (JSON.parse(text) as { message?: unknown }).message;

describe('the listener', () => {
  it('hands a handler the decoded path, the parameters, the query, the body and the user', async () => {
    const { port } = await start([echo('POST', '/things/:name')]);
    const answer = await ask({ ...withCertificate(pki, port), method: 'POST', path: '/things/a%2Fb/?x=1' }, 'hello');
    expect(JSON.parse(answer.text)).toEqual({
      path: '/things/a/b',
      params: { name: 'a/b' },
      query: { x: '1' },
      body: 'hello',
      user: { name: 'kubelette-admin', groups: ['system:masters', 'system:authenticated'] },
    });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-cache, private',
      'x-content-type-options': 'nosniff',
    });
  });

  it('answers 404 and 405 as a Status', async () => {
    const { port } = await start([echo('GET', '/things')]);
    const unknown = await ask({ ...withCertificate(pki, port), path: '/nothing' });
    expect([unknown.status, reasonOf(unknown)]).toEqual([404, 'NotFound']);
    const method = await ask({ ...withCertificate(pki, port), path: '/things', method: 'DELETE' });
    expect([method.status, reasonOf(method)]).toEqual([405, 'MethodNotAllowed']);
  });

  it.each([
    [
      'StatusError',
      notFound({ group: 'apps', plural: 'deployments' }, 'x'),
      404,
      'NotFound',
      'deployments.apps "x" not found',
    ],
    [
      'Unavailable',
      new KubeletteError('Unavailable', 'the engine is away'),
      503,
      'ServiceUnavailable',
      'the engine is away',
    ],
    ['Invalid', new KubeletteError('Invalid', 'no'), 400, 'BadRequest', 'no'],
    [
      'forgotten versions',
      new KubeletteError('Conflict', 'old', { details: { reason: 'Gone' } }),
      410,
      'Expired',
      'old',
    ],
    ['any Error', new Error('oops'), 500, 'InternalError', 'Internal error occurred: oops'],
  ])('turns %s into a Status without Retry-After', async (_what, error, status, reason, message) => {
    const { port } = await start([get('/x', () => Promise.reject(error))]);
    const answer = await ask({ ...withCertificate(pki, port), path: '/x' });
    expect([answer.status, reasonOf(answer), messageOf(answer)]).toEqual([status, reason, message]);
    expect(answer.headers['retry-after']).toBeUndefined();
  });

  it('sends warnings one per header, quoted, as UTF-8', async () => {
    const object: ApiResponse = { kind: 'object', status: 201, object: {}, warnings: ['say "hi"\r\nX: y', 'größer'] };
    const { port } = await start([get('/x', async () => object)]);
    const answer = await ask({ ...withCertificate(pki, port), path: '/x' });
    const warnings = Buffer.from(String(answer.headers['warning']), 'latin1').toString();
    expect(warnings).toBe('299 - "say \\"hi\\" X: y", 299 - "größer"');
    expect(answer.headers['x']).toBeUndefined();
  });

  it('serves two servers in one process, each with its own authority', async () => {
    const one = await start([echo('GET', '/x')]);
    const two = await startServer(foreign, [echo('GET', '/x')]);
    servers.push(two);
    expect((await ask({ ...withCertificate(pki, one.port), path: '/x' })).status).toBe(200);
    expect((await ask({ ...withCertificate(foreign, two.port), path: '/x' })).status).toBe(200);
    const { cert, key } = withCertificate(pki, 0);
    const crossed = { ...withoutCredentials(foreign, two.port), cert, key, path: '/x' };
    expect((await ask(crossed)).status).toBe(401);
  });

  it('says which address is taken', async () => {
    const { port } = await start([]);
    const { startApiServer } = await import('../../../../src/apiserver/server.js');
    const { systemClock } = await import('../../../../src/lib/clock.js');
    const { silentLogger } = await import('../../../../src/lib/logger.js');
    const { signal } = new AbortController();
    const listen = { host: '127.0.0.1', port };
    const second = startApiServer({ routes: [], listen, pki, clock: systemClock, logger: silentLogger, signal });
    await expect(second).rejects.toThrow(`listen on 127.0.0.1:${port}`);
  });
});

describe('credentials', () => {
  it('are a certificate of our authority or the token', async () => {
    const { port } = await start([echo('GET', '/x')]);
    const bare = withoutCredentials(pki, port);
    const status = async (options: object): Promise<number> => (await ask({ ...bare, path: '/x', ...options })).status;
    expect(await status({})).toBe(401);
    expect(await status({ headers: { authorization: `Bearer ${pki.token}` } })).toBe(200);
    expect(await status({ headers: { authorization: `Bearer ${pki.token}x` } })).toBe(401);
    expect(await status({ headers: { authorization: `Basic ${pki.token}` } })).toBe(401);
    expect(await status({ cert: foreign.client.cert, key: foreign.client.key })).toBe(401);
    // Signed by us, but for serving.
    expect(await status({ cert: pki.server.cert, key: pki.server.key })).toBe(401);
  });

  it('are not carried into a resumed session that had none', async () => {
    const { port } = await start([echo('GET', '/x')]);
    const first = await dial(withoutCredentials(pki, port));
    const [session] = (await once(first.socket, 'session')) as [Buffer];
    first.socket.destroy();
    const second = await dial({ ...withoutCredentials(pki, port), session });
    expect(second.socket.isSessionReused()).toBe(true);
    second.socket.write('GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    await second.ended;
    expect(second.received()).toMatch(/^HTTP\/1.1 401 /);
  });

  it('do not let anybody ask as somebody else', async () => {
    const { port } = await start([echo('GET', '/x')]);
    for (const name of ['Impersonate-User', 'Impersonate-Group', 'Impersonate-Extra-Scopes']) {
      const answer = await ask({ ...withCertificate(pki, port), path: '/x', headers: { [name]: 'bob' } });
      expect([answer.status, reasonOf(answer)]).toEqual([403, 'Forbidden']);
    }
  });

  it('are asked for on unknown paths too, but not for health', async () => {
    const ok: ApiResponse = { kind: 'text', status: 200, text: 'ok', contentType: 'text/plain' };
    const { port } = await start([get('/readyz', async () => ok), { ...echo('POST', '/healthz') }]);
    const bare = withoutCredentials(pki, port);
    const missing = await ask({ ...bare, path: '/nothing' });
    expect([missing.status, reasonOf(missing), missing.headers.connection]).toEqual([401, 'Unauthorized', 'close']);
    expect((await ask({ ...bare, path: '/readyz' })).text).toBe('ok');
    expect((await ask({ ...bare, path: '/healthz', method: 'POST' })).status).toBe(401);
  });
});

describe('the guard', () => {
  it.each([
    ['another Host', { host: 'evil.example' }],
    ['another Host with our port', { host: 'evil.example:10350' }],
    ['an address that is not ours', { host: '10.1.2.3' }],
    ['a page of another origin', { origin: 'https://evil.example' }],
    ['a page without origin', { origin: 'null' }],
    ['a request of another site', { 'sec-fetch-site': 'cross-site' }],
  ])('refuses %s, whatever the credentials and the path', async (_what, headers) => {
    const { port } = await start([echo('GET', '/x')]);
    for (const path of ['/x', '/healthz', '/nothing']) {
      const answer = await ask({ ...withCertificate(pki, port), path, headers });
      expect([answer.status, reasonOf(answer)]).toEqual([403, 'Forbidden']);
    }
  });

  it('lets pass loopback names with any port and pages of its own', async () => {
    const { port } = await start([echo('GET', '/x')]);
    for (const headers of [
      { host: 'localhost' },
      { host: 'LocalHost:9999' },
      { host: '[::1]:1' },
      { host: `127.0.0.1:${port}`, origin: `https://127.0.0.1:${port}`, 'sec-fetch-site': 'same-origin' },
    ])
      expect((await ask({ ...withCertificate(pki, port), path: '/x', headers })).status).toBe(200);
  });

  it('refuses absolute targets, two Hosts and requests that are not HTTP', async () => {
    const { port } = await start([echo('GET', '/x')]);
    for (const [text, status] of [
      ['GET https://localhost/x HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
      ['GET /x HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n', 403],
      ['GET /x HTTP/1.1\r\nHost : localhost\r\n\r\n', 400],
      ['rubbish\r\n\r\n', 400],
      ['GET /%ff HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 400],
    ] as const) {
      const { socket, received, ended } = await dial(withCertificate(pki, port));
      socket.write(text);
      await eventually(text, () => received().startsWith(`HTTP/1.1 ${status} `));
      socket.destroy();
      await ended;
    }
  });
});

describe('limits', () => {
  it('refuse large and many headers', async () => {
    const { port } = await start([echo('GET', '/x')]);
    const options = { ...withCertificate(pki, port), path: '/x' };
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`x-${index}`, '1']));
    expect((await ask({ ...options, headers: many })).status).toBe(431);
    expect((await ask({ ...options, headers: { big: 'x'.repeat(17_000) } })).status).toBe(431);
    expect((await ask({ ...options, headers: { big: 'x'.repeat(15_000) } })).status).toBe(200);
  });

  it('refuse large bodies with an answer the client can read, also when it did not say how large', async () => {
    const { port } = await start([echo('POST', '/x')], { bodyBytes: 1_000 });
    const options = { ...withCertificate(pki, port), path: '/x', method: 'POST' };
    const big = Buffer.alloc(5_000_000, 'x');
    const told = await ask({ ...options, headers: { 'content-length': String(big.length) } }, big);
    expect([told.status, reasonOf(told)]).toEqual([413, 'RequestEntityTooLarge']);
    const untold = await ask({ ...options, headers: { 'transfer-encoding': 'chunked' } }, big);
    expect(untold.status).toBe(413);
    expect((await ask(options, 'x'.repeat(1_000))).status).toBe(200);
  });

  it('end connections that send nothing, half a header or half a body', async () => {
    const { port } = await start([echo('POST', '/x')], { headerTimeoutMs: 300, bodyTimeoutMs: 300 });
    for (const [text, answer] of [
      ['', 'HTTP/1.1 408 '],
      ['POST /x HTTP/1.1\r\nHost: loc', 'HTTP/1.1 408 '],
      ['POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nab', 'HTTP/1.1 408 '],
    ] as const) {
      const { socket, received, ended } = await dial(withCertificate(pki, port));
      socket.write(text);
      await ended;
      expect(received()).toMatch(new RegExp(`^${answer}`));
    }
  });

  it('end a handler that does not answer, and tell its signal', async () => {
    let reason: unknown;
    const hang = get('/x', ({ signal }) => {
      signal.addEventListener('abort', () => {
        reason = signal.reason;
      });
      return new Promise<never>(() => undefined);
    });
    const { port } = await start([hang], { answerTimeoutMs: 100 });
    const answer = await ask({ ...withCertificate(pki, port), path: '/x' });
    expect([answer.status, reasonOf(answer)]).toEqual([504, 'Timeout']);
    expect(reason).toMatchObject({ code: 504 });
  });

  it('refuse more streams than there are places, and give places back', async () => {
    const endless = get('/x', async ({ signal }) => ({
      kind: 'stream',
      status: 200,
      contentType: 'text/plain',
      chunks: tick(signal),
    }));
    const { port } = await start([endless], { streams: 1 });
    const options = { ...withCertificate(pki, port), path: '/x' };
    const first = httpsRequest(options)
      .on('error', () => undefined)
      .end();
    await once(first, 'response');
    expect((await ask(options)).status).toBe(429);
    first.destroy();
    await eventually('a free place', async () => {
      const next = httpsRequest(options)
        .on('error', () => undefined)
        .end();
      const [response] = (await once(next, 'response')) as [{ statusCode: number }];
      next.destroy();
      return response.statusCode === 200;
    });
  });
});

/** Says `tick` once and then nothing until the signal aborts. */
async function* tick(signal: AbortSignal): AsyncGenerator<string> {
  yield 'tick';
  if (!signal.aborted) await once(signal, 'abort');
}

describe('streams', () => {
  const stream = (chunks: (signal: AbortSignal) => AsyncIterable<string | Buffer>): Route =>
    get('/s', async ({ signal }) => ({
      kind: 'stream',
      status: 200,
      contentType: 'text/plain',
      chunks: chunks(signal),
    }));

  it('show their headers before the first chunk and end with the source', async () => {
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const { port } = await start([
      stream(async function* () {
        await gate;
        yield 'a';
        yield Buffer.from('b');
      }),
    ]);
    const request = httpsRequest({ ...withCertificate(pki, port), path: '/s' }).end();
    const [response] = (await once(request, 'response')) as [AsyncIterable<Buffer>];
    go();
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part);
    expect(Buffer.concat(parts).toString()).toBe('ab');
  });

  it('are pulled only as fast as the client reads, and the source is ended when the client goes', async () => {
    let pulled = 0;
    let ended = false;
    const { port } = await start([
      stream(async function* () {
        try {
          for (;;) {
            pulled += 1;
            yield Buffer.alloc(64 * 1024);
          }
        } finally {
          ended = true;
        }
      }),
    ]);
    const request = httpsRequest({ ...withCertificate(pki, port), path: '/s' })
      .on('error', () => undefined)
      .end();
    await once(request, 'response');
    let before = -1;
    await eventually('a source at rest', async () => {
      const still = pulled === before;
      before = pulled;
      return still;
    });
    // What the kernel and TLS hold for a connection; without back-pressure this would be millions.
    expect(pulled).toBeLessThan(500);
    request.destroy();
    await eventually('the end of the source', () => ended);
  });

  it('that break are broken for the client too', async () => {
    const { port } = await start([
      stream(async function* () {
        yield 'a';
        throw new Error('lost');
      }),
    ]);
    await expect(ask({ ...withCertificate(pki, port), path: '/s' })).rejects.toThrow(/aborted|hang up/);
  });

  it('end in order when the server stops', async () => {
    const server = await start([stream(tick)]);
    const answer = ask({ ...withCertificate(pki, server.port), path: '/s' });
    const probe = httpsRequest({ ...withCertificate(pki, server.port), path: '/s' })
      .on('error', () => undefined)
      .end();
    await once(probe, 'response');
    await server.close();
    expect((await answer).text).toBe('tick');
  });
});

describe('upgrades', () => {
  const upgradable: Route = {
    ...echo('GET', '/up/:name'),
    upgrade: async ({ params, user }, socket, head) => {
      if (params['name'] === 'missing') throw notFound({ group: '', plural: 'pods' }, 'missing');
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n');
      socket.write(`${user.name} ${head.toString()}`);
      if (params['name'] === 'late') throw new Error('too late for an answer');
      socket.on('data', (data: Buffer) => socket.write(data));
      socket.on('end', () => socket.end());
    },
  };
  const upgrade = (path: string, host = 'localhost'): string =>
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n`;

  it('hand over the socket with what the client sent ahead', async () => {
    const { port } = await start([upgradable]);
    const { socket, received } = await dial(withCertificate(pki, port));
    socket.write(`${upgrade('/up/a')}ahead `);
    await eventually('the greeting', () => received().endsWith('kubelette-admin ahead '));
    socket.write('more');
    await eventually('the echo', () => received().endsWith('more'));
    socket.destroy();
  });

  it.each([
    ['without credentials', '/up/a', 'localhost', 401, false],
    ['with another Host', '/up/a', 'evil.example', 403, true],
    ['of unknown paths', '/nothing', 'localhost', 404, true],
    ['that their handler refuses', '/up/missing', 'localhost', 404, true],
    ['of paths that cannot be', '/plain', 'localhost', 400, true],
  ])('%s get a Status and the connection ends', async (_what, path, host, status, credentials) => {
    const { port } = await start([upgradable, echo('GET', '/plain')]);
    const { socket, received, ended } = await dial((credentials ? withCertificate : withoutCredentials)(pki, port));
    socket.write(upgrade(path, host));
    await ended;
    expect(received()).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*"kind":"Status"`));
  });

  it('that fail after the switch are cut off without an HTTP answer', async () => {
    const { port } = await start([upgradable]);
    const { socket, received, ended } = await dial(withCertificate(pki, port));
    socket.write(upgrade('/up/late'));
    await ended;
    expect(received()).not.toContain('Status');
  });

  it('end when the server stops', async () => {
    const server = await start([upgradable]);
    const { socket, received, ended } = await dial(withCertificate(pki, server.port));
    socket.write(upgrade('/up/a'));
    await eventually('the greeting', () => received().includes('kubelette-admin'));
    await server.close();
    await ended;
  });
});
