import { escapeText } from '../output/escape.js';
import type { AnyObject } from './objects.js';

/** What `get` asks for; the plain object is for servers without tables. */
export const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

/** A `meta.k8s.io/v1` table. */
export interface Table {
  readonly metadata?: { readonly resourceVersion?: string };
  /** A watch tells them once. */
  readonly columnDefinitions?: readonly { readonly name: string; readonly priority?: number }[] | null;
  readonly rows?: readonly TableRow[] | null;
}

export interface TableRow {
  readonly cells: readonly unknown[];
  readonly object?: Pick<AnyObject, 'metadata'>;
}

/** Which columns, and what before and after them. */
export interface TableFormat {
  readonly wide: boolean;
  readonly noHeaders: boolean;
  readonly withNamespace: boolean;
  readonly showLabels: boolean;
  /** A column each. */
  readonly labelColumns: readonly string[];
  /** `pod/` where tables of several types are printed. */
  readonly namePrefix: string;
}

/** No column is narrower, its gap included. Source: kubectl's tabwriter settings. */
const MINIMUM_WIDTH = 6;
const GAP = 3;

/** Prints the server's tables one after the other; columns never get narrower again, as with kubectl's `get -w`. */
export class TablePrinter {
  readonly #format: TableFormat;
  readonly #widths: number[] = [];
  #columns: readonly { readonly name: string; readonly index: number }[] = [];
  #headed = false;

  constructor(format: TableFormat) {
    this.#format = format;
  }

  /**
   * The rows as text, with the heading the first time.
   * @param first cells before all others, for one row each: the kind of the event in a watch
   */
  print(tables: readonly Table[], first?: { readonly heading: string; readonly cell: string }): string {
    const lines: (readonly string[])[] = [];
    for (const { columnDefinitions, rows } of tables) {
      if (columnDefinitions && columnDefinitions.length > 0) this.#columns = this.#shown(columnDefinitions);
      if (!this.#headed && !this.#format.noHeaders) {
        this.#headed = true;
        lines.push([...(first === undefined ? [] : [first.heading]), ...this.#heading()]);
      }
      for (const row of rows ?? []) lines.push([...(first === undefined ? [] : [first.cell]), ...this.#cells(row)]);
    }
    return this.#align(lines);
  }

  #shown(definitions: NonNullable<Table['columnDefinitions']>) {
    return definitions
      .map(({ name, priority = 0 }, index) => ({ name, priority, index }))
      .filter(({ priority }) => priority === 0 || this.#format.wide);
  }

  #heading(): readonly string[] {
    const { labelColumns, showLabels, withNamespace } = this.#format;
    const columns = [
      ...(withNamespace ? ['NAMESPACE'] : []),
      ...this.#columns.map(({ name }) => name),
      // Of `app.kubernetes.io/name` the last part.
      ...labelColumns.map((label) => label.slice(label.lastIndexOf('/') + 1)),
      ...(showLabels ? ['LABELS'] : []),
    ];
    return columns.map((name) => name.toUpperCase());
  }

  #cells({ cells, object }: TableRow): readonly string[] {
    const { labelColumns, namePrefix, showLabels, withNamespace } = this.#format;
    const labels = object?.metadata.labels ?? {};
    return [
      ...(withNamespace ? [object?.metadata.namespace ?? ''] : []),
      ...this.#columns.map(({ index }, position) => (position === 0 ? namePrefix : '') + cellText(cells[index])),
      ...labelColumns.map((label) => labels[label] ?? ''),
      ...(showLabels ? [labelsText(labels)] : []),
    ].map(escapeText);
  }

  #align(lines: readonly (readonly string[])[]): string {
    for (const line of lines)
      line.slice(0, -1).forEach((cell, column) => {
        this.#widths[column] = Math.max(this.#widths[column] ?? MINIMUM_WIDTH, width(cell) + GAP);
      });
    const pad = (cell: string, column: number, line: readonly string[]): string =>
      column === line.length - 1 ? cell : cell + ' '.repeat((this.#widths[column] ?? 0) - width(cell));
    return lines.map((line) => `${line.map(pad).join('')}\n`).join('');
  }
}

/** A cell on one line: what follows a line break is left out, as by kubectl. */
function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  const text = typeof cell === 'object' ? JSON.stringify(cell) : `${cell as string | number | boolean}`;
  return text.replace(/[\f\n\r][^]*$/, '...');
}

/** `a=1,b=2`, in order. */
function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return pairs.length === 0 ? '<none>' : pairs.sort().join(',');
}

/** Code points: what kubectl counts too. */
const width = (text: string): number => Array.from(text).length;
