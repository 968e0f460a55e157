import { KubeletteError } from '../lib/errors.js';
import type { LogRecord, LogStreamOptions } from '../runtime/streams.js';
import type { Engine } from './engine.js';
import { toKubeletteError } from './engine-error.js';
import { FrameParser } from './frames.js';
import { inspectContainer } from './inspect.js';
import { LogCursor, toSince } from './log-cursor.js';
import { PartialMarker, RawLogParser, toRawRecord, type RawRecord } from './log-records.js';

/** Between two followings of a container that runs although its log ended (restarted by hand, for example). */
const FOLLOW_AGAIN_MS = 200;

/**
 * The engine's stored log as records, from `since` on (inclusive), of these the newest `tail`, then live when `follow`. A
 * following ends with the container; what the engine held back until then (before Docker 23 it often is the last, unterminated line) is read
 * after it.
 *
 * @throws `NotFound`; `Unavailable` when the connection broke
 */
export async function* logs(
  engine: Engine,
  containerId: string,
  options: LogStreamOptions,
  signal: AbortSignal,
): AsyncGenerator<LogRecord> {
  const container = await inspectContainer(engine, containerId, signal);
  if (container === undefined) throw new KubeletteError('NotFound', `container ${containerId.slice(0, 12)} is gone`);
  const { Tty: tty } = container.Config;
  const cursor = new LogCursor();
  const marker = new PartialMarker();
  for (let follow = options.follow; ;) {
    const resumed = cursor.resume();
    const from = resumed === undefined ? options : { since: resumed };
    for await (const record of readOnce(engine, containerId, { ...from, tty, follow }, signal)) {
      if (cursor.accept(record)) yield* marker.push(record);
    }
    if (!follow) break;
    follow = (await inspectContainer(engine, containerId, signal))?.State.Running === true;
    if (follow) await engine.clock.sleep(FOLLOW_AGAIN_MS, signal);
  }
  yield* marker.end();
}

async function* readOnce(
  engine: Engine,
  containerId: string,
  options: LogStreamOptions & { readonly tty: boolean },
  signal: AbortSignal,
): AsyncGenerator<RawRecord> {
  const { tty, follow, since, tail } = options;
  const stream = await engine.stream(
    {
      method: 'GET',
      path: `/containers/${containerId}/logs`,
      query: {
        stdout: true,
        stderr: true,
        timestamps: true,
        follow,
        ...(since === undefined ? {} : { since: toSince(since) }),
        ...(tail === undefined ? {} : { tail }),
      },
    },
    signal,
  );
  try {
    yield* tty ? unframedRecords(stream) : framedRecords(stream);
  } catch (error) {
    signal.throwIfAborted();
    throw toKubeletteError(error, engine.facts.endpoint);
  } finally {
    stream.destroy();
  }
}

async function* framedRecords(chunks: AsyncIterable<Buffer>): AsyncGenerator<RawRecord> {
  const parser = new FrameParser();
  for await (const chunk of chunks) {
    for (const frame of parser.push(chunk)) yield toRawRecord(frame);
  }
  if (parser.unfinished) throw new KubeletteError('Unavailable', 'the engine closed the log inside a record');
}

async function* unframedRecords(chunks: AsyncIterable<Buffer>): AsyncGenerator<RawRecord> {
  const parser = new RawLogParser();
  for await (const chunk of chunks) yield* parser.push(chunk);
  yield* parser.end();
}
