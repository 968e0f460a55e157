import type { Readable, Writable } from 'node:stream';

/** Resolves when the bytes were passed on to the other side. Rejects when that side is gone. */
export type Send = (bytes: Buffer) => Promise<void>;

/** A frame carries at most this much, so that streams sharing a connection take turns. */
const CHUNK_BYTES = 32 * 1024;

/** Everything that comes out of `source`, no faster than it is taken. The source is left as it is. */
export async function copyOut(source: Readable, send: Send): Promise<void> {
  // Not by plain `for await`: that would destroy a connection whose other direction still goes on.
  for await (const bytes of source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    for (let offset = 0; offset < bytes.length; offset += CHUNK_BYTES)
      await send(bytes.subarray(offset, offset + CHUNK_BYTES));
  }
}

/** Everything that comes in, then the end. Rejects when the target is gone. */
export async function copyIn(source: AsyncIterable<Buffer>, target: Writable): Promise<void> {
  for await (const bytes of source) await writeTo(target, bytes);
  target.end();
}

/** Resolves when the bytes have left the stream's own buffer. One write at a time keeps that buffer empty. */
export const writeTo = (target: Writable, bytes: Buffer | string): Promise<void> =>
  new Promise((resolve, reject) => {
    target.write(bytes, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
