import type { Clock } from '../../lib/clock.js';
import type { Wake } from '../../lib/wake.js';
import type { RuntimeStreams } from '../../runtime/streams.js';
import { newestRecord, type LogProgress } from './log-progress.js';

/** The engine is asked whether it has more when a stream has brought nothing for so long; a period with anything is none. */
const QUIET_MS = 300_000;
/** What it has may be on its way. */
const ON_ITS_WAY_MS = 5_000;

export interface WatchedStream {
  readonly containerId: string;
  readonly storedUpTo: LogProgress;
  /** Set by those who miss something: they need not wait for the stream to be quiet for long. */
  readonly doubt: Wake;
  /** Has the container ended? Then its log has to as well. */
  readonly hasEnded: () => boolean;
  readonly streams: Pick<RuntimeStreams, 'logs'>;
  readonly clock: Clock;
}

/**
 * Resolves when a log stream has stalled: it is open, and does not bring what there is. The container is none the wiser, and
 * nobody else would be. Rejects on abort.
 */
export async function untilStalled(stream: WatchedStream, signal: AbortSignal): Promise<void> {
  const { clock, doubt, storedUpTo } = stream;
  for (;;) {
    const [begin, mark] = [clock.monotonic(), storedUpTo.mark];
    await doubt.wait(QUIET_MS, clock, signal);
    const isQuiet = clock.monotonic() - begin >= QUIET_MS;
    if (isQuiet && storedUpTo.mark !== mark) continue;
    if (await bringsNothing(stream, signal)) return;
  }
}

async function bringsNothing(stream: WatchedStream, signal: AbortSignal): Promise<boolean> {
  const { clock, hasEnded, storedUpTo } = stream;
  const { mark } = storedUpTo;
  if (!hasEnded() && !(await hasMore(stream, signal))) return false;
  await clock.sleep(ON_ITS_WAY_MS, signal);
  return storedUpTo.mark === mark;
}

async function hasMore({ containerId, storedUpTo, streams }: WatchedStream, signal: AbortSignal): Promise<boolean> {
  try {
    const newest = await newestRecord(streams, containerId, signal);
    return newest !== undefined && !storedUpTo.has(newest);
  } catch {
    signal.throwIfAborted();
    // An engine that does not answer says nothing about the stream.
    return false;
  }
}
