/**
 * A duration as kubectl shows ages: one or two units, coarser the longer it is (`47s`, `3m12s`, `95m`, `5h20m`, `3d4h`).
 * Clocks of engine and agent differ a little, so a second in the future is `0s`; more than that is `<invalid>`.
 * Source: HumanDuration, apimachinery pkg/util/duration.
 */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return twoUnits(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return twoUnits(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 8 * 24) return twoUnits(days, 'd', hours % 24, 'h');
  if (days < 2 * 365) return `${days}d`;
  const years = Math.floor(days / 365);
  return days < 8 * 365 ? twoUnits(years, 'y', days % 365, 'd') : `${years}y`;
}

/** Time since an RFC 3339 timestamp, as `humanDuration`; `<unknown>` when there is none or it cannot be read. */
export function ageSince(timestamp: string | null | undefined, nowMs: number): string {
  const then = Date.parse(timestamp ?? '');
  return Number.isNaN(then) ? '<unknown>' : humanDuration(nowMs - then);
}

const twoUnits = (major: number, majorUnit: string, minor: number, minorUnit: string): string =>
  minor === 0 ? `${major}${majorUnit}` : `${major}${majorUnit}${minor}${minorUnit}`;
