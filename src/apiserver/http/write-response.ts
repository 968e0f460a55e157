import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Chunk } from './chunk.js';
import type { ApiResponse, StreamPiece } from './types.js';

/**
 * Sends an answer and returns when it is handed to the kernel. A stream is pulled only as fast as the client reads, so
 * a slow reader costs the chunk that is under way, and the next one.
 *
 * @param signal ends a stream; the response is then left as it is
 * @throws what the stream throws, and `signal.reason` when it was cut
 */
export async function writeResponse(response: ServerResponse, answer: ApiResponse, signal: AbortSignal): Promise<void> {
  switch (answer.kind) {
    case 'handled':
      return;
    case 'object': {
      const headers = { 'Content-Type': 'application/json', ...warningHeaders(answer.warnings), ...answer.headers };
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      send(response, answer.status, JSON.stringify(answer.object));
      return;
    }
    case 'text':
      response.setHeader('Content-Type', answer.contentType);
      send(response, answer.status, answer.text);
      return;
    case 'stream':
      response.setHeader('Content-Type', answer.contentType);
      setCommonHeaders(response);
      response.writeHead(answer.status);
      return pour(response, answer.chunks, signal);
  }
}

function send(response: ServerResponse, status: number, text: string): void {
  setCommonHeaders(response);
  if (status === 204 || status === 304) {
    response.removeHeader('Content-Type');
    response.writeHead(status).end();
    return;
  }
  const bytes = Buffer.from(text);
  response.setHeader('Content-Length', bytes.length);
  response.writeHead(status).end(bytes);
}

function setCommonHeaders(response: ServerResponse): void {
  response.setHeader('Cache-Control', 'no-cache, private');
  response.setHeader('X-Content-Type-Options', 'nosniff');
}

async function pour(response: ServerResponse, chunks: AsyncIterable<StreamPiece>, signal: AbortSignal): Promise<void> {
  // A watch without events yet has to look open to the client.
  response.flushHeaders();
  // Not for HTTP/1.0. Each piece is framed here, as one buffer: Node would put four of them together for each reader.
  const framed = response.chunkedEncoding;
  response.chunkedEncoding = false;
  const iterator = chunks[Symbol.asyncIterator]();
  let cut = (): void => undefined;
  // One listener for all chunks: a watch has many.
  const onAbort = (): void => cut();
  signal.addEventListener('abort', onAbort, { once: true });
  let ended = false;
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await new Promise<IteratorResult<StreamPiece, unknown>>((resolve, reject) => {
        cut = () => reject(signal.reason as Error);
        iterator.next().then(resolve, reject);
      });
      if (next.done === true) break;
      // Not right after the write: until there is something more, it is mostly over.
      if (response.writableNeedDrain) await once(response, 'drain', { signal });
      write(response, next.value, framed);
    }
    ended = true;
  } finally {
    response.chunkedEncoding = framed;
    signal.removeEventListener('abort', onAbort);
    // Not awaited: a source that waits for its next chunk gets to this only after that; the signal is what stops it.
    if (!ended) void iterator.return?.().catch(() => undefined);
  }
  response.end();
}

function write(response: ServerResponse, piece: StreamPiece, framed: boolean): void {
  if (!(piece instanceof Chunk) && piece.length === 0) return;
  const chunk = piece instanceof Chunk ? piece : new Chunk([Buffer.from(piece)]);
  response.write(framed ? chunk.framed : chunk.content);
}

/**
 * One `Warning: 299 - "text"` per warning. Source: RFC 7234 5.5. Header lines are bytes: UTF-8, as Go reads them.
 */
function warningHeaders(warnings: readonly string[] = []): Record<string, string[]> {
  if (warnings.length === 0) return {};
  return { Warning: warnings.map((text) => `299 - "${Buffer.from(quotable(text)).toString('latin1')}"`) };
}

const quotable = (text: string): string =>
  text
    .replace(/[\u0000-\u001f\u007f]+/g, ' ')
    .replace(/["\\]/g, '\\$&')
    .trim();
