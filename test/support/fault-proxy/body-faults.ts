import { once } from 'node:events';
import { systemClock } from '../../../src/lib/clock.js';
import type { Fault } from './fault.js';

/** Thrown where the connection is to break. */
export class Broken extends Error {}

/** A body, or one direction of a hijacked stream, as the fault lets it through. */
export async function* withBodyFault(
  source: AsyncIterable<Buffer>,
  fault: Fault | undefined,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  switch (fault?.kind) {
    case 'truncate':
      yield* truncated(source, fault.bytes);
      break;
    case 'stall':
      yield* stalled(source, fault.bytes, signal);
      break;
    case 'slices':
      yield* sliced(source, fault.bytes, fault.ms, signal);
      break;
    case 'events':
      yield* changedLines(source, fault.change);
      break;
    default:
      yield* source;
  }
}

async function* truncated(source: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  if (yield* firstBytes(source, bytes)) throw new Broken(`cut after ${String(bytes)} bytes`);
}

async function* stalled(source: AsyncIterable<Buffer>, bytes: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  if ((yield* firstBytes(source, bytes)) && !signal.aborted) await once(signal, 'abort');
}

/** @returns whether it had so many */
async function* firstBytes(source: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer, boolean> {
  let left = bytes;
  for await (const chunk of source) {
    if (chunk.length >= left) {
      if (left > 0) yield chunk.subarray(0, left);
      return true;
    }
    left -= chunk.length;
    yield chunk;
  }
  return false;
}

async function* sliced(
  source: AsyncIterable<Buffer>,
  bytes: number,
  ms: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    for (let start = 0; start < chunk.length; start += bytes) {
      yield chunk.subarray(start, start + bytes);
      if (ms === 0) await new Promise((resolve) => setImmediate(resolve));
      else await systemClock.sleep(ms, signal);
    }
  }
}

async function* changedLines(
  source: AsyncIterable<Buffer>,
  change: Extract<Fault, { kind: 'events' }>['change'],
): AsyncGenerator<Buffer> {
  let held: Buffer | undefined;
  for await (const line of lines(source)) {
    if (change === 'drop') continue;
    if (change === 'double') {
      yield line;
      yield line;
    } else if (held === undefined) {
      held = line;
    } else {
      yield line;
      yield held;
      held = undefined;
    }
  }
  if (held !== undefined) yield held;
}

async function* lines(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      yield rest.subarray(0, end + 1);
      rest = rest.subarray(end + 1);
    }
  }
  if (rest.length > 0) yield rest;
}
