import { escapeText } from './escape.js';

/** No column is narrower, its gap included. Source: kubectl's tabwriter settings. */
const MINIMUM_WIDTH = 6;
const GAP = 3;

/** Changes a cell's look after its width was measured: colours have no width. */
export type CellStyle = (text: string, row: number, column: number) => string;

/**
 * Rows as aligned columns, three spaces apart, no rules, nothing after the last cell of a row, as kubectl prints them.
 * Cells are escaped. The first row is the heading, row 0 for `style`.
 */
export function formatTable(rows: readonly (readonly string[])[], style: CellStyle = (text) => text): string {
  const cells = rows.map((row) => row.map(escapeText));
  const widths: number[] = [];
  for (const row of cells) {
    row.slice(0, -1).forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? MINIMUM_WIDTH, textWidth(cell) + GAP);
    });
  }
  return cells.map((row, index) => formatRow(row, index, widths, style) + '\n').join('');
}

function formatRow(row: readonly string[], index: number, widths: readonly number[], style: CellStyle): string {
  return row
    .map((cell, column) => {
      const padding = column === row.length - 1 ? '' : ' '.repeat((widths[column] ?? 0) - textWidth(cell));
      return style(cell, index, column) + padding;
    })
    .join('');
}

/** Code points: what kubectl counts too. */
const textWidth = (text: string): number => Array.from(text).length;
