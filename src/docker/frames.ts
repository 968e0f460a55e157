import { KubeletteError } from '../lib/errors.js';

/** One frame of the engine's multiplexed stream. */
export interface Frame {
  readonly stream: 'stdout' | 'stderr';
  readonly payload: Buffer;
}

const HEADER_LENGTH = 8;

/**
 * Takes the stream in whatever pieces it comes and gives whole frames: `[1|2, 0, 0, 0, length BE32] payload`.
 * Every byte is copied at most twice; at most one unfinished frame is kept.
 */
export class FrameParser {
  #chunks: Buffer[] = [];
  #buffered = 0;
  #needed = HEADER_LENGTH;

  /** Did the stream break off inside a frame? Asked at its end. */
  get unfinished(): boolean {
    return this.#buffered > 0;
  }

  /** @throws `Internal` when the bytes cannot be frames */
  push(chunk: Buffer): readonly Frame[] {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    if (this.#buffered < this.#needed) return [];
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    const frames: Frame[] = [];
    let offset = 0;
    for (;;) {
      this.#needed = frameLength(bytes, offset);
      const end = offset + this.#needed;
      if (end > bytes.length) break;
      frames.push({
        stream: bytes[offset] === 2 ? 'stderr' : 'stdout',
        payload: bytes.subarray(offset + HEADER_LENGTH, end),
      });
      offset = end;
    }
    const rest = bytes.subarray(offset);
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#buffered = rest.length;
    return frames;
  }
}

/** Length of the frame at `offset` with its header, or of a header when not even that is there. */
function frameLength(bytes: Buffer, offset: number): number {
  if (bytes.length - offset < HEADER_LENGTH) return HEADER_LENGTH;
  const type = bytes.readUInt8(offset);
  if (type > 2 || bytes.readUIntBE(offset + 1, 3) !== 0) {
    throw new KubeletteError(
      'Internal',
      `the engine sent ${bytes.toString('hex', offset, offset + HEADER_LENGTH)} where a frame starts`,
    );
  }
  return HEADER_LENGTH + bytes.readUInt32BE(offset + 4);
}
