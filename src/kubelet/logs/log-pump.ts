import { isAbort, LinkedAbort } from '../../lib/abort.js';
import { errorMessage, hasCode, KubeletteError } from '../../lib/errors.js';
import type { Logger } from '../../lib/logger.js';
import { oneLineEach } from './cri-format.js';
import type { LogFile } from './log-file.js';
import { LogSink } from './log-sink.js';
import { untilStalled, type WatchedStream } from './stalled-stream.js';

/** Wait before a broken stream is opened again: doubles, and starts over once something new arrived. */
const RECONNECT_INITIAL_MS = 200;
const RECONNECT_MAX_MS = 5_000;

export interface LogPumpOptions extends WatchedStream {
  /** False for a container that has ended: what the engine kept is all there will be. */
  readonly follow: boolean;
  readonly file: LogFile;
  readonly logger: Logger;
}

/**
 * Copies one container's log from the engine into its file, each record exactly once however often either side breaks:
 * every connection starts from what the file holds, and one that stalls is given up. Returns when the engine said that there is no more (or no such
 * container), or on abort; nothing else ends it. Never rejects. The file stays open.
 */
export async function pumpLog(options: LogPumpOptions, signal: AbortSignal): Promise<void> {
  const { clock, logger, file, storedUpTo } = options;
  const sink = new LogSink(file, storedUpTo, logger);
  let backoffMs = RECONNECT_INITIAL_MS;
  let troubled = false;
  while (!signal.aborted) {
    const progress = { arrived: false };
    try {
      await copy(options, sink, progress, signal);
      break;
    } catch (error) {
      if (isAbort(error, signal)) break;
      if (hasCode(error, 'NotFound')) {
        logger.debug('container is gone; its log ends here');
        break;
      }
      if (hasCode(error, 'Unsupported')) {
        logger.warn({ reason: errorMessage(error) }, 'engine keeps no readable log for this container');
        break;
      }
      if (progress.arrived) backoffMs = RECONNECT_INITIAL_MS;
      // Once per episode: an engine that is down is reported by those who watch it.
      if (!troubled || progress.arrived) logger.warn({ reason: errorMessage(error) }, 'log stream broke; reconnecting');
      troubled = true;
    } finally {
      await sink.settled();
    }
    await clock.sleep(backoffMs, signal).catch(() => undefined);
    backoffMs = Math.min(backoffMs * 2, RECONNECT_MAX_MS);
  }
  await sink.flush();
  if (sink.loss !== undefined) logger.warn({ ...sink.loss }, 'log ends with a gap that could not be marked');
}

/** One connection, from the cursor to the stream's end. */
async function copy(
  options: LogPumpOptions,
  sink: LogSink,
  progress: { arrived: boolean },
  signal: AbortSignal,
): Promise<void> {
  const { containerId, follow, file, storedUpTo, streams } = options;
  const { since, stored } = await file.recover();
  sink.forgetLoss();
  const left = new Map(stored);
  const connection = new LinkedAbort(signal);
  const open = connection.signal;
  void untilStalled(options, open).then(
    () => connection.abort(new KubeletteError('Unavailable', 'it brings nothing although there is more')),
    // It is over.
    () => undefined,
  );
  try {
    const records = streams.logs(containerId, { follow, ...(since === undefined ? {} : { since }) }, open);
    for await (const record of records) {
      for (const line of oneLineEach(record)) {
        if (left.size > 0 && skipStored(left, line.timestamp)) {
          storedUpTo.advance(line);
          continue;
        }
        progress.arrived = true;
        const wait = sink.put(line);
        if (wait !== undefined) await wait;
      }
    }
    // A stream may end quietly because it was aborted: that is not the log's end.
    open.throwIfAborted();
  } finally {
    connection.abort();
  }
}

/** Whether this record is one of those the file holds. */
function skipStored(left: Map<string, number>, timestamp: string): boolean {
  const count = left.get(timestamp);
  if (count === undefined) return false;
  if (count > 1) left.set(timestamp, count - 1);
  else left.delete(timestamp);
  return true;
}
