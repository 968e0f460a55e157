const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Milliseconds of `90s`, `1h30m`, `-1s`, `0`; undefined for anything else. Source: Go's time.ParseDuration. */
export function parseGoDuration(text: string): number | undefined {
  if (/^[+-]?0$/.test(text)) return 0;
  if (!/^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ms|s|m|h))+$/.test(text)) return undefined;
  let ms = 0;
  for (const [, number = '', unit = ''] of text.matchAll(/([\d.]+)(ms|s|m|h)/g))
    ms += Number(number) * (UNIT_MS[unit] ?? 0);
  return text.startsWith('-') ? -ms : ms;
}

/** As `parseGoDuration`. @throws RangeError with the flag's name */
export function durationFlag(flag: string, text: string): number {
  const ms = parseGoDuration(text);
  if (ms !== undefined) return ms;
  throw new RangeError(`invalid argument "${text}" for "${flag}": expected a duration, for example 30s or 5m`);
}
