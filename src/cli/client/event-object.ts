import { ageSince } from '../../api/printing/duration.js';
import type { AnyObject } from './objects.js';

/** An Event as far as it is printed. */
export interface EventObject extends AnyObject {
  readonly involvedObject?: { readonly kind?: string; readonly name?: string };
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly source?: { readonly component?: string };
  readonly reportingComponent?: string;
  readonly count?: number;
  readonly firstTimestamp?: string | null;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string } | null;
}

/** `5s`, or `5s (x3 over 2m)` for what came again. */
export function seenText(
  { count = 0, eventTime, firstTimestamp, lastTimestamp, series }: EventObject,
  nowMs: number,
): string {
  const first = ageSince(firstTimestamp ?? eventTime, nowMs);
  if (series) return `${ageSince(series.lastObservedTime, nowMs)} (x${series.count ?? 0} over ${first})`;
  if (count > 1) return `${ageSince(lastTimestamp, nowMs)} (x${count} over ${first})`;
  return first;
}

/** Oldest first. */
export const sortEvents = (events: readonly EventObject[]): EventObject[] =>
  [...events].sort((a, b) => lastSeen(a) - lastSeen(b));

function lastSeen({ eventTime, lastTimestamp, series }: EventObject): number {
  const ms = Date.parse(series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? '');
  return Number.isNaN(ms) ? 0 : ms;
}
