import { EventEmitter } from 'node:events';
import type { Output } from '../terminal.js';

/**
 * Writes and waits until the reader has room for more, so that a slow one is not outrun.
 * @returns false when there is no reader any more
 */
export async function writeBytes(out: Output, chunk: string | Uint8Array, signal: AbortSignal): Promise<boolean> {
  const hasRoom = out.write(chunk);
  if (!(out instanceof EventEmitter)) return true;
  const stream = out as EventEmitter & { readonly destroyed?: boolean; readonly writable?: boolean };
  const open = (): boolean => stream.destroyed !== true && stream.writable !== false;
  if (hasRoom === false && open()) {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        for (const event of ['drain', 'close', 'error']) stream.off(event, done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      for (const event of ['drain', 'close', 'error']) stream.on(event, done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
  return open();
}
