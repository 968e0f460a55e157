import type { Clock } from '../../lib/clock.js';
import type { LogChannel } from './log-channel.js';
import { lastLineEnd, type LogSource, openRotated, openSource, scanBackwards } from './log-source.js';
import type { LogReadOptions } from './log-store.js';
import { completeEnd } from './cri-format.js';
import { LogText } from './log-text.js';

const BLOCK_BYTES = 64 * 1024;
/** A follower looks by itself this often, should nobody have woken it. */
const SAFETY_POLL_MS = 1_000;
/** A container that has ended is followed at most this long while its pump still waits for the engine. */
const LAST_OUTPUT_MS = 10_000;

export interface LogReading {
  /** The current file. */
  readonly path: string;
  readonly channel: LogChannel;
  readonly options: LogReadOptions;
  /** False once the container has ended. */
  readonly running: () => boolean;
  readonly clock: Clock;
}

/** An open file and how far it was read: always the start of a record. */
interface Position {
  readonly source: LogSource;
  readonly generation: number;
  /** Where reading stops; absent when following. */
  readonly end?: number;
  offset: number;
}

/**
 * The text of one container instance from its current file; when following, also what is added, across rotations: an old
 * file is finished by its descriptor before the next is opened. Works only when pulled; holds one descriptor and one
 * block. Rejects with the signal's reason on abort.
 */
export async function* readLog(reading: LogReading, signal: AbortSignal): AsyncGenerator<Buffer, void, undefined> {
  const { channel, options, clock } = reading;
  const text = new LogText(options);
  const finished = whenFinished(reading);
  const wake = channel.subscribe();
  let position: Position | undefined;
  /** What is to be read where no file is open: also kept while there is none, or those that came meanwhile would be missed. */
  let due = channel.generation;
  let first = true;
  try {
    for (;;) {
      signal.throwIfAborted();
      // Asked before the reading: what came until then is in the file.
      const last = !options.follow || finished();
      const generation = channel.generation;
      position ??= first ? await openAtTail(reading) : await openGeneration(due, reading);
      first = false;
      if (position !== undefined) {
        yield* drain(position, text, signal);
        if (options.follow && !text.exhausted && position.generation < generation) {
          due = position.generation + 1;
          await position.source.close();
          position = undefined;
          continue;
        }
      }
      if (last || text.exhausted) return;
      await wake.wait(SAFETY_POLL_MS, clock, signal);
    }
  } finally {
    channel.unsubscribe(wake);
    await position?.source.close();
  }
}

/** Says whether nothing will be added any more: the container has ended and its pump is done, or takes too long. */
function whenFinished({ running, channel, clock }: LogReading): () => boolean {
  let endedAt: number | undefined;
  return () => {
    if (channel.removed) return true;
    if (running()) {
      endedAt = undefined;
      return false;
    }
    endedAt ??= clock.monotonic();
    return channel.pumps === 0 || clock.monotonic() - endedAt >= LAST_OUTPUT_MS;
  };
}

/**
 * The file of this generation: the current one, or rotated since and maybe compressed. Where that was deleted, the next one
 * there is. Undefined while the current one is not there.
 */
async function openGeneration(from: number, { path, channel }: LogReading): Promise<Position | undefined> {
  for (let generation = from; ;) {
    if (generation < channel.generation) {
      const rotated = channel.rotatedPath(generation);
      const source = rotated === undefined ? undefined : await openRotated(rotated);
      if (source !== undefined) return { source, generation, offset: 0 };
      generation += 1;
    } else {
      const source = await openSource(path);
      if (generation === channel.generation) return source && { source, generation, offset: 0 };
      // Rotated in that moment: it has another name now, and what was opened may be the one after it.
      await source?.close();
    }
  }
}

/** A file that appears only later is all new: the tail is one of what there is now. */
async function openAtTail(reading: LogReading): Promise<Position | undefined> {
  const { tailLines, follow } = reading.options;
  const position = await openGeneration(reading.channel.generation, reading);
  if (position === undefined) return undefined;
  try {
    const end = await lastLineEnd(position.source, await position.source.size());
    let offset = tailLines === undefined ? 0 : end;
    let left = tailLines ?? 0;
    if (left > 0) {
      await scanBackwards(position.source, end, (line) => {
        offset -= line.length + 1;
        left -= 1;
        return left > 0;
      });
    }
    return { ...position, offset, ...(follow ? {} : { end }) };
  } catch (error) {
    await position.source.close();
    throw error;
  }
}

/** Everything complete up to the end the file has now. */
async function* drain(position: Position, text: LogText, signal: AbortSignal): AsyncGenerator<Buffer, void, undefined> {
  const { source } = position;
  const end = position.end ?? (await source.size());
  let blockBytes = BLOCK_BYTES;
  while (position.offset < end && !text.exhausted) {
    signal.throwIfAborted();
    const wanted = Math.min(blockBytes, end - position.offset);
    const block = Buffer.allocUnsafe(wanted);
    const filled = await source.read(block, position.offset);
    const complete = completeEnd(block, filled);
    if (complete === 0) {
      // Half a record at the end is left for later; it may still change. A record larger than the block is not.
      if (filled < wanted || position.offset + wanted >= end) return;
      blockBytes *= 2;
      continue;
    }
    position.offset += complete;
    const rendered = text.render(block.subarray(0, complete));
    if (rendered.length > 0) yield rendered;
  }
}
