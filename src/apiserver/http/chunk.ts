const LINE_END = Buffer.from('\r\n');

/**
 * A piece of a streamed answer together with its frame of the chunked transfer coding, RFC 9112 7.1, in one buffer: that is
 * one write and nothing to put together for each of those who are sent the same piece.
 */
export class Chunk {
  readonly framed: Buffer;
  readonly #head: number;

  /** @param parts must not be empty together: that would be the end of the answer */
  constructor(parts: readonly Buffer[]) {
    const size = parts.reduce((sum, { length }) => sum + length, 0);
    const head = Buffer.from(`${size.toString(16)}\r\n`);
    this.framed = Buffer.concat([head, ...parts, LINE_END]);
    this.#head = head.length;
  }

  /** Without the frame. */
  get content(): Buffer {
    return this.framed.subarray(this.#head, -LINE_END.length);
  }
}
