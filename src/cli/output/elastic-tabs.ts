import { escapeText } from './escape.js';

const GAP = 2;

/**
 * Lines whose cells end with tabs, aligned: cells of neighbouring lines that stand in the same column make up a block, and
 * a block is as wide as its widest cell and a gap. What follows a line's last tab belongs to no block. Cells are escaped.
 * Source: Go's text/tabwriter, with which kubectl prints descriptions.
 */
export function alignTabs(text: string): string {
  const lines = text.split('\n').map((line) => line.split('\t').map(escapeText));
  const widths = lines.map((cells) => new Array<number>(cells.length - 1).fill(0));
  const columns = Math.max(...widths.map((row) => row.length));
  for (let column = 0; column < columns; column += 1)
    for (let start = 0; start < lines.length; start += 1) {
      let end = start;
      let width = 0;
      for (; column < (widths[end]?.length ?? 0); end += 1)
        width = Math.max(width, textWidth(lines[end]?.[column] ?? '') + GAP);
      for (const row of widths.slice(start, end)) row[column] = width;
      start = Math.max(start, end - 1);
    }
  return lines.map((cells, line) => cells.map((cell, at) => pad(cell, widths[line]?.[at] ?? 0)).join('')).join('\n');
}

const pad = (cell: string, width: number): string => cell + ' '.repeat(Math.max(0, width - textWidth(cell)));

/** Code points: what Go counts. */
const textWidth = (text: string): number => Array.from(text).length;
