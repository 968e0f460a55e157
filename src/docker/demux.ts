import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { KubeletteError } from '../lib/errors.js';
import { FrameParser } from './frames.js';

/**
 * Splits the engine's multiplexed stream into two, reading no faster than they are read: both have to be consumed.
 * Output for a destroyed target is dropped. Ends both targets at the end, destroys them on an error.
 *
 * @throws the source's error; `Unavailable` when it breaks off inside a frame
 */
export async function demux(source: Readable, stdout: Writable, stderr: Writable): Promise<void> {
  const parser = new FrameParser();
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      for (const frame of parser.push(chunk)) {
        await write(frame.stream === 'stderr' ? stderr : stdout, frame.payload);
      }
    }
    if (parser.unfinished) throw new KubeletteError('Unavailable', 'the engine closed the stream inside a frame');
    stdout.end();
    stderr.end();
  } catch (error) {
    stdout.destroy(error as Error);
    stderr.destroy(error as Error);
    throw error;
  }
}

/** Resolves when `target` wants more, or is gone. */
async function write(target: Writable, bytes: Buffer): Promise<void> {
  if (target.destroyed || target.writableEnded || target.write(bytes)) return;
  const gone = new AbortController();
  const onClose = (): void => gone.abort();
  target.once('close', onClose);
  try {
    await once(target, 'drain', { signal: gone.signal });
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  } finally {
    target.off('close', onClose);
  }
}

/** The same for a stream that is not framed: everything goes to `target`. */
export async function copyRaw(source: Readable, target: Writable): Promise<void> {
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) await write(target, chunk);
    target.end();
  } catch (error) {
    target.destroy(error as Error);
    throw error;
  }
}
