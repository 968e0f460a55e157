import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Pki } from '../../../../src/apiserver/auth/pki.js';
import { Chunk } from '../../../../src/apiserver/http/chunk.js';
import type { Route, StreamPiece } from '../../../../src/apiserver/http/types.js';
import type { ApiServer } from '../../../../src/apiserver/server.js';
import { eventually } from '../../../support/eventually.js';
import { dial, makePki, startServer, withCertificate } from './test-server.js';

let pki: Pki;
beforeAll(async () => {
  pki = await makePki();
});

let server: ApiServer | undefined;
afterEach(async () => server?.close());

const streamOf = (pieces: readonly StreamPiece[]): Route => ({
  method: 'GET',
  pattern: '/s',
  handle: async () => ({ kind: 'stream', status: 200, contentType: 'text/plain', chunks: each(pieces) }),
});

async function* each(pieces: readonly StreamPiece[]): AsyncGenerator<StreamPiece, void> {
  for (const piece of pieces) yield piece;
}

/** What is on the wire after the head of the answer, once `isWhole`. */
async function bodyOf(request: string, pieces: readonly StreamPiece[], isWhole: (body: string) => boolean) {
  server = await startServer(pki, [streamOf(pieces)]);
  const { socket, received } = await dial(withCertificate(pki, server.port));
  socket.write(request);
  const body = (): string => received().split('\r\n\r\n').slice(1).join('\r\n\r\n');
  await eventually('the whole answer', () => isWhole(body()));
  socket.destroy();
  return body();
}

const ended = (body: string): boolean => body.endsWith('0\r\n\r\n');
const PIECES = ['one', Buffer.from('two'), new Chunk([Buffer.from('th'), Buffer.from('ree')])];

describe('a streamed answer', () => {
  const request = 'GET /s HTTP/1.1\r\nHost: localhost\r\n\r\n';

  it('has each piece as a chunk, and an end', async () => {
    expect(await bodyOf(request, PIECES, ended)).toBe('3\r\none\r\n3\r\ntwo\r\n5\r\nthree\r\n0\r\n\r\n');
  });

  it('is not ended by an empty piece', async () => {
    expect(await bodyOf(request, ['', 'a', Buffer.alloc(0), 'b'], ended)).toBe('1\r\na\r\n1\r\nb\r\n0\r\n\r\n');
  });

  it('tells the size of a long piece in hexadecimal', async () => {
    const body = await bodyOf(request, ['é'.repeat(50_000)], ended);
    expect([body.slice(0, 8), body.length]).toEqual(['186a0\r\né', 50_000 + '186a0\r\n\r\n0\r\n\r\n'.length]);
  });

  it('leaves the connection for the next request', async () => {
    const twice = (body: string): boolean => body.split('three\r\n0\r\n\r\n').length === 3;
    expect(await bodyOf(request + request, PIECES, twice)).toContain('HTTP/1.1 200 OK');
  });

  it('has no frames for who speaks HTTP/1.0', async () => {
    const plain = 'GET /s HTTP/1.0\r\nHost: localhost\r\n\r\n';
    expect(await bodyOf(plain, PIECES, (body) => body.length >= 11)).toBe('onetwothree');
  });
});

it('a chunk is its content in a frame', () => {
  const { framed, content } = new Chunk([Buffer.from('a line\n'), Buffer.from('and more\n')]);
  expect([framed.toString(), content.toString()]).toEqual(['10\r\na line\nand more\n\r\n', 'a line\nand more\n']);
});
