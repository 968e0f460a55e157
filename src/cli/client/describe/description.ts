import { ageSince } from '../../../api/printing/duration.js';
import { alignTabs } from '../../output/elastic-tabs.js';

type Text = string | number | boolean | undefined;

/** A description as it grows, line by line; in a line a tab ends a cell. An absent value is an empty one. */
export class Description {
  readonly nowMs: number;
  readonly #lines: string[] = [];

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }

  /** Cells at a level of two spaces each. */
  line(level: number, ...cells: readonly Text[]): void {
    this.#lines.push('  '.repeat(level) + cells.map((cell) => cell ?? '').join('\t'));
  }

  /** `Name:  value`. */
  field(level: number, name: string, value: Text): void {
    this.line(level, `${name}:`, value);
  }

  /** `Name:  first`, and the others below; `<none>` when there are none. */
  list(level: number, name: string, values: readonly string[]): void {
    const [first = '<none>', ...others] = values;
    this.field(level, name, first);
    for (const value of others) this.line(0, '', value);
  }

  /** Rows below a heading, which `line` marks: as long as its words unless said otherwise, or not at all. */
  table(
    level: number,
    heading: readonly string[],
    rows: readonly (readonly Text[])[],
    line: readonly string[] | 'no line' = heading.map((name) => '-'.repeat(name.length)),
  ): void {
    this.line(level, ...heading);
    if (line !== 'no line') this.line(level, ...line);
    for (const row of rows) this.line(level, ...row);
  }

  age(timestamp: string | null | undefined): string {
    return ageSince(timestamp, this.nowMs);
  }

  toString(): string {
    return alignTabs(`${this.#lines.join('\n')}\n`);
  }
}

/** RFC 1123 with a numeric zone, in the zone of this machine: `Sat, 28 Nov 2026 00:10:10 +0000`. */
export function longTime(timestamp: string | undefined): string {
  const ms = Date.parse(timestamp ?? '');
  if (Number.isNaN(ms)) return 'Mon, 01 Jan 0001 00:00:00 +0000';
  const [day, month, date, year, time, zone = ''] = new Date(ms).toString().split(' ');
  return `${day ?? ''}, ${date ?? ''} ${month ?? ''} ${year ?? ''} ${time ?? ''} ${zone.replace('GMT', '')}`;
}

/** Names in order. */
export const sortedEntries = <T>(map: Readonly<Record<string, T>> | undefined): [string, T][] =>
  Object.entries(map ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));

export const none = (text: string): string => (text === '' ? '<none>' : text);

/** A list as Go prints it: `[a b]`. */
export const goList = (values: readonly string[] | undefined): string => `[${(values ?? []).join(' ')}]`;
