import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FaultProxy } from '../../support/fault-proxy/fault-proxy.js';
import { FaultRules, type Fault, type FaultRule } from '../../support/fault-proxy/fault.js';
import { eventually } from '../../support/eventually.js';

/** An engine that counts: every answer says how many calls it has carried out. */
let engine: Server;
let directory: string;
let proxy: FaultProxy;
let executed: string[];
let killed: number;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kubelette-counting-'));
  executed = [];
  killed = 0;
  engine = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      executed.push(`${incoming.method ?? ''} ${incoming.url ?? ''} ${Buffer.concat(chunks).toString()}`.trim());
      if (incoming.url === '/v1.41/events') {
        response.writeHead(200, { 'Content-Type': 'application/json' });
        response.write('{"n":1}\n{"n"');
        setImmediate(() => response.end(':2}\n{"n":3}\n'));
      } else {
        response.writeHead(200, { Executed: String(executed.length) }).end(`answer ${String(executed.length)}`);
      }
    });
  });
  // Says what it was sent, the body of the request included, once that has ended.
  engine.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    executed.push(incoming.url ?? '');
    socket.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
    const chunks = [head];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', () => socket.end(`heard ${Buffer.concat(chunks).toString()}`));
  });
  engine.listen(join(directory, 'engine.sock'));
  await once(engine, 'listening');
  proxy = await FaultProxy.open({
    engine: join(directory, 'engine.sock'),
    kill: async () => Promise.resolve(void (killed += 1)),
  });
});
afterEach(async () => {
  await proxy.close();
  engine.closeAllConnections();
  engine.close();
  await rm(directory, { recursive: true });
});

/** Sizes of the pieces, status and text of one answer; rejects when the connection breaks. */
async function call(
  path: string,
  method = 'GET',
  body = '',
): Promise<{ status: number; text: string; pieces: number }> {
  const socketPath = proxy.host.replace('unix://', '');
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, method, path, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, text, pieces: chunks.length });
      });
    });
    outgoing.on('error', reject).end(body);
  });
}

/** Sends, half-closes, and reads to the end. */
async function hijack(said: string): Promise<string> {
  const socketPath = proxy.host.replace('unix://', '');
  const headers = { Connection: 'Upgrade', Upgrade: 'tcp', 'Content-Length': 2 };
  const outgoing = request({ socketPath, method: 'POST', path: '/v1.41/exec/1/start', headers, agent: false });
  outgoing.end('{}');
  const [, socket, head] = (await once(outgoing, 'upgrade')) as [IncomingMessage, Socket, Buffer];
  socket.write(said);
  socket.end();
  const chunks = [head];
  for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const always = (fault: Fault): FaultRule[] => [{ fault }];

describe('a proxy without rules', () => {
  it('passes bodies, statuses and hijacked connections with their half-close, and writes down what was asked', async () => {
    expect(await call('/v1.41/containers/create?name=a', 'POST', '{"Image":"b"}')).toMatchObject({ text: 'answer 1' });
    expect(await hijack('hello')).toBe('heard {}hello');
    expect(executed).toEqual(['POST /v1.41/containers/create?name=a {"Image":"b"}', '/v1.41/exec/1/start']);
    expect(proxy.log.toString()).toBe('#1 POST /containers/create?name=a 200\n#2 POST /exec/1/start 101');
  });
});

describe('a fault', () => {
  it.each<[string, Fault, number, string | RegExp]>([
    ['that breaks the connection before', { kind: 'reset', phase: 'before' }, 0, /hang up/],
    ['that loses the reply', { kind: 'reset', phase: 'executed' }, 1, /hang up/],
    [
      'that refuses',
      { kind: 'error', phase: 'before', status: 500 },
      0,
      '500 {"message":"a fault on the way, before"}',
    ],
    [
      'that lies',
      { kind: 'error', phase: 'executed', status: 500 },
      1,
      '500 {"message":"a fault on the way, executed"}',
    ],
    ['that is patient', { kind: 'delay', phase: 'executed', ms: 1 }, 1, '200 answer 1'],
    ['that cuts the reply', { kind: 'truncate', bytes: 3 }, 1, /aborted|hang up/],
    ['that is patient before', { kind: 'delay', phase: 'before', ms: 1 }, 1, '200 answer 1'],
    ['that slices', { kind: 'slices', bytes: 1, ms: 0 }, 1, '200 answer 1'],
    ['that slices slowly', { kind: 'slices', bytes: 4, ms: 1 }, 1, '200 answer 1'],
    ['that kills before', { kind: 'kill', phase: 'before' }, 0, /hang up/],
    ['that kills without the reply', { kind: 'kill', phase: 'executed' }, 1, /hang up/],
  ])('%s', async (_, fault, times, outcome) => {
    proxy.setRules(always(fault));
    const result = call('/v1.41/info').then(({ status, text }) => `${String(status)} ${text}`);
    if (typeof outcome === 'string') expect(await result).toBe(outcome);
    else await expect(result).rejects.toThrow(outcome);
    expect(executed).toHaveLength(times);
    expect(killed).toBe(fault.kind === 'kill' ? 1 : 0);
  });

  it('that kills with the reply lets it through first', async () => {
    proxy.setRules(always({ kind: 'kill', phase: 'delivered' }));
    expect((await call('/v1.41/info')).text).toBe('answer 1');
    await eventually('the kill', () => killed === 1);
  });

  it.each<[Fault, number]>([
    [{ kind: 'hang', phase: 'before' }, 0],
    [{ kind: 'hang', phase: 'executed' }, 1],
    [{ kind: 'stall', bytes: 3 }, 1],
  ])('%j leaves the caller waiting until it goes', async (fault, times) => {
    proxy.setRules(always(fault));
    const broken = expect(call('/v1.41/info')).rejects.toThrow(/hang up|aborted/);
    await eventually('the call came', () => proxy.log.calls.length === 1 && executed.length === times);
    await proxy.close();
    await broken;
    expect(executed).toHaveLength(times);
  });

  it('that is late has the call carried out, with its body, when the caller has given up', async () => {
    proxy.setRules(always({ kind: 'late', ms: 1 }));
    const socketPath = proxy.host.replace('unix://', '');
    const outgoing = request({ socketPath, method: 'POST', path: '/v1.41/containers/create', agent: false });
    outgoing.on('error', () => undefined).end('{"Image":"b"}');
    await eventually('the call came', () => proxy.log.calls.length === 1);
    expect(executed).toEqual([]);
    outgoing.destroy();
    await eventually('it was carried out', () => executed.length === 1);
    expect(executed).toEqual(['POST /v1.41/containers/create {"Image":"b"}']);
  });

  it('that slices a hijacked stream or cuts it off leaves the other direction alone', async () => {
    proxy.setRules([
      { nth: 1, fault: { kind: 'slices', bytes: 1, ms: 0 } },
      { nth: 2, fault: { kind: 'truncate', bytes: 5 } },
    ]);
    expect(await hijack('hello')).toBe('heard {}hello');
    expect(await hijack('hello')).toBe('heard');
  });

  it('answers a listing as it was before', async () => {
    proxy.setRules([{ path: /^\/containers\/json/, nth: 3, fault: { kind: 'stale', back: 2 } }]);
    const texts = [];
    for (let i = 0; i < 4; i += 1) texts.push((await call('/v1.41/containers/json?all=1')).text);
    expect(texts).toEqual(['answer 1', 'answer 2', 'answer 1', 'answer 4']);
  });

  it.each([
    ['drop', []],
    ['double', [1, 1, 2, 2, 3, 3]],
    ['reorder', [2, 1, 3]],
  ] as const)('%ss events, whole ones however they arrive', async (change, numbers) => {
    proxy.setRules(always({ kind: 'events', change }));
    const { text } = await call('/v1.41/events');
    expect(text).toBe(numbers.map((n) => `{"n":${String(n)}}\n`).join(''));
  });
});

describe('rules', () => {
  const reset: Fault = { kind: 'reset', phase: 'before' };
  const delay: Fault = { kind: 'delay', phase: 'before', ms: 1 };
  const hits = (rule: FaultRule, paths: readonly string[]): string => {
    const rules = new FaultRules([rule]);
    return paths.map((path) => (rules.next({ method: 'GET', path }) === undefined ? '.' : 'x')).join('');
  };
  const abab = ['/a', '/b', '/a', '/b', '/a', '/b'];

  it.each<[FaultRule, string]>([
    [{ fault: reset }, 'xxxxxx'],
    [{ path: /a/, fault: reset }, 'x.x.x.'],
    [{ method: 'POST', fault: reset }, '......'],
    [{ path: /b/, nth: 2, fault: reset }, '...x..'],
    [{ path: /a/, nth: 2, times: 2, fault: reset }, '..x.x.'],
    [{ path: /a/, times: 1, fault: reset }, 'x.....'],
  ])('%j hit %s', (rule, expected) => expect(hits(rule, abab)).toBe(expected));

  it('count every call that matches, also when another rule has it', () => {
    const rules = new FaultRules([
      { nth: 1, fault: reset },
      { nth: 2, fault: delay },
    ]);
    const call = { method: 'GET', path: '/' };
    expect([rules.next(call), rules.next(call), rules.next(call)]).toEqual([reset, delay, undefined]);
  });
});
