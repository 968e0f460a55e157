import type { Pod } from '../../api/schema/pod.js';
import { escapeText } from '../output/escape.js';
import { podRow } from './table-frame.js';

const AGE_COLUMN = 4;
const GAP = '   ';

/** The table for a pipe or a file: a line whenever something other than a pod's age changed, columns aligned. */
export class ChangeLines {
  readonly #nameWidth: number;
  readonly #last = new Map<string, string>();

  /** @param names of the pods to come, for the width of the first column */
  constructor(names: readonly string[]) {
    this.#nameWidth = Math.max(...names.map((name) => name.length), 4);
  }

  heading(): string {
    return this.#format(['NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE', 'IP']);
  }

  /** The line to print, or undefined when the reader has seen all of it. */
  change(pod: Pod, nowMs: number): string | undefined {
    const row = podRow(pod, nowMs).map(escapeText);
    // Restarts say how long ago they were: that alone is no news either.
    const news = row
      .filter((_cell, column) => column !== AGE_COLUMN)
      .join(' ')
      .replace(/ \([^)]*\)/, '');
    const key = pod.metadata.uid ?? pod.metadata.name;
    if (this.#last.get(key) === news) return undefined;
    this.#last.set(key, news);
    return this.#format(row);
  }

  #format(row: readonly string[]): string {
    const widths = [this.#nameWidth, 5, 17, 12, 5];
    return row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join(GAP)
      .trimEnd();
  }
}
