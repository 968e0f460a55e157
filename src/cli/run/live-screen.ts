import type { Output } from '../terminal.js';

const HIDE_CURSOR = '\u001b[?25l';
/** For whoever ends the process in the middle. */
export const SHOW_CURSOR = '\u001b[?25h';
const ERASE_TO_LINE_END = '\u001b[K';
const ERASE_BELOW = '\u001b[J';
/** Terminals that know it show everything in between at once; the others ignore it. */
const BEGIN_UPDATE = '\u001b[?2026h';
const END_UPDATE = '\u001b[?2026l';
/** Colours, and everything that is not one. */
const STYLED = /(\u001b\[[0-9;]*m)/;

/**
 * A block of lines at the end of a terminal's output that is drawn over itself, without clearing, so that nothing
 * flickers. Lines are cut to the window's width, and the block to its height.
 */
export class LiveScreen implements Disposable {
  readonly #out: Output;
  #drawn = 0;
  #hidden = false;

  constructor(out: Output) {
    this.#out = out;
  }

  /** Replaces what was drawn before. */
  draw(lines: readonly string[]): void {
    const columns = sizeOr(80, this.#out.columns);
    const rows = sizeOr(24, this.#out.rows);
    const shown = lines.slice(0, Math.max(1, rows - 1)).map((line) => clipLine(line, columns));
    const body = shown.map((line) => line + ERASE_TO_LINE_END + '\n').join('');
    const start = (this.#hidden ? '' : HIDE_CURSOR) + BEGIN_UPDATE + this.#up();
    this.#hidden = true;
    this.#out.write(start + body + ERASE_BELOW + END_UPDATE);
    this.#drawn = shown.length;
  }

  /** Prints lines that stay above what is drawn next. */
  print(text: string): void {
    this.#out.write(this.#up() + ERASE_BELOW + text);
    this.#drawn = 0;
  }

  /** Gives the terminal back; what was drawn last stays. */
  [Symbol.dispose](): void {
    if (this.#hidden) this.#out.write(SHOW_CURSOR);
    this.#hidden = false;
    this.#drawn = 0;
  }

  #up(): string {
    return this.#drawn === 0 ? '' : `\u001b[${this.#drawn}A\r`;
  }
}

/** A terminal that nobody told its size, as a serial line or one that a program made, has 0 of each. */
const sizeOr = (usual: number, size: number | undefined): number => (size === undefined || size === 0 ? usual : size);

/** Cuts to `columns` visible characters; colours take none and are kept, so that the last one is switched off. */
export function clipLine(line: string, columns: number): string {
  let room = columns;
  return line
    .split(STYLED)
    .map((part, index) => {
      if (index % 2 === 1) return part;
      const shown = part.slice(0, room);
      room -= shown.length;
      return shown;
    })
    .join('');
}
