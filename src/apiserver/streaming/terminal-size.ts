/** In characters. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** A size is some thirty bytes; a line longer than this is none. */
const MAX_LINE_LENGTH = 1_024;

/** Reads what clients send on the resize channel: one `{"Width":80,"Height":24}` after the other, cut anywhere. */
export class TerminalSizeParser {
  #text = '';

  /** The sizes that are whole now. What is not a size is skipped. */
  push(bytes: Buffer): readonly TerminalSize[] {
    // Sizes hold no newline and no brace inside, and not every client ends them with a newline.
    const pieces = (this.#text + bytes.toString('latin1')).split('}');
    const rest = pieces.pop() ?? '';
    this.#text = rest.length > MAX_LINE_LENGTH ? '' : rest;
    return pieces.map((piece) => parseSize(`${piece}}`)).filter((size) => size !== undefined);
  }
}

function parseSize(text: string): TerminalSize | undefined {
  try {
    // Whatever it is, only two numbers are taken from it.
    const { Width: columns, Height: rows } = JSON.parse(text) as { Width?: unknown; Height?: unknown };
    return isLength(columns) && isLength(rows) ? { columns, rows } : undefined;
  } catch {
    return undefined;
  }
}

/** Clients without a terminal send 0 by 0; the engine takes 16 bits. */
const isLength = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536;
