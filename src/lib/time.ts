import { withLast } from './once.js';

const DAY_MS = 86_400_000;

/** Kubernetes' time format: RFC 3339 in UTC with whole seconds. Written out: every status of every round has a dozen of them. */
export function toRfc3339(epochMs: number): string {
  const day = Math.floor(epochMs / DAY_MS);
  const seconds = Math.floor((epochMs - day * DAY_MS) / 1000);
  const minutes = Math.floor(seconds / 60);
  const time = `${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}:${twoDigits(seconds % 60)}`;
  return `${dateOf(day)}T${time}Z`;
}

/** Of a day since 1970. Most of what is asked about was on the same one. */
const dateOf = withLast((day: number): string => new Date(day * DAY_MS).toISOString().replace(/T.*/, ''));

const twoDigits = (value: number): string => (value < 10 ? `0${value}` : `${value}`);

/** Epoch milliseconds of an RFC 3339 text, or undefined when there is none or it is not one. */
export function parseRfc3339(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

/** A duration as Go's time.Duration prints it: `10s`, `1m20s`, `5m0s`, `850ms`, `1.5s`. */
export function goDuration(ms: number): string {
  if (ms < 1000) return ms === 0 ? '0s' : `${ms}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = (ms % 60_000) / 1000;
  const tail = `${seconds}s`;
  if (hours > 0) return `${hours}h${minutes}m${tail}`;
  return minutes > 0 ? `${minutes}m${tail}` : tail;
}
