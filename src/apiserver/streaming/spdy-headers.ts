import { constants, createDeflate, createInflate, type Deflate, type Inflate } from 'node:zlib';
import { SPDY_DICTIONARY } from './spdy-dictionary.js';
import { SpdyError } from './spdy-frames.js';

/** A stream's header lines; names in lower case. */
export type SpdyHeaders = ReadonlyMap<string, string>;

/** Inflated, so that a small block cannot become a big one. */
const MAX_HEADER_BYTES = 64 * 1024;

/**
 * Header blocks in, header blocks out. Each direction is one zlib stream for the whole connection: every block has to
 * pass through here, in order, also those nobody wants to know.
 */
export class SpdyHeaderCodec {
  readonly #inflate: Inflate = createInflate({ dictionary: SPDY_DICTIONARY, flush: constants.Z_SYNC_FLUSH });
  readonly #deflate: Deflate = createDeflate({ dictionary: SPDY_DICTIONARY, flush: constants.Z_SYNC_FLUSH });

  constructor() {
    // An error can be told after the call it belongs to was settled; without a listener it would end the process.
    for (const codec of [this.#inflate, this.#deflate]) codec.on('error', () => undefined);
  }

  /** @throws SpdyError when it is not a header block; the connection cannot go on then */
  async decode(block: Buffer): Promise<SpdyHeaders> {
    return parseHeaders(await through(this.#inflate, block));
  }

  async encode(headers: SpdyHeaders): Promise<Buffer> {
    return through(this.#deflate, formatHeaders(headers));
  }

  /** Frees what zlib holds outside of the heap. */
  close(): void {
    this.#inflate.close();
    this.#deflate.close();
  }
}

/** What comes out for what goes in; the next call has to wait for this one. */
async function through(codec: Inflate | Deflate, bytes: Buffer): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  return new Promise((resolve, reject) => {
    const onData = (piece: Buffer): void => {
      pieces.push(piece);
      length += piece.length;
      if (length <= MAX_HEADER_BYTES) return;
      onError(new SpdyError('the headers are too long'));
      codec.destroy();
    };
    const onError = (error: Error): void => settle(() => reject(asSpdyError(error)));
    const onClose = (): void => settle(() => reject(new SpdyError('the connection was closed')));
    const settle = (outcome: () => void): void => {
      codec.off('data', onData).off('error', onError).off('close', onClose);
      outcome();
    };
    codec.on('data', onData).on('error', onError).on('close', onClose);
    codec.write(bytes, (error) => {
      if (error) onError(error);
      else settle(() => resolve(Buffer.concat(pieces)));
    });
  });
}

const asSpdyError = (error: Error): SpdyError =>
  error instanceof SpdyError ? error : new SpdyError(`the headers cannot be inflated: ${error.message}`);

/** `count(4)`, then per line `length(4) name length(4) value`. */
function parseHeaders(block: Buffer): SpdyHeaders {
  const headers = new Map<string, string>();
  let offset = 0;
  const number = (): number => {
    if (block.length < offset + 4) throw new SpdyError('the headers break off');
    offset += 4;
    return block.readUInt32BE(offset - 4);
  };
  const text = (): string => {
    const length = number();
    if (block.length < offset + length) throw new SpdyError('the headers break off');
    offset += length;
    return block.toString('utf8', offset - length, offset);
  };
  const count = number();
  for (let line = 0; line < count; line += 1) {
    const name = text().toLowerCase();
    headers.set(name, text());
  }
  return headers;
}

function formatHeaders(headers: SpdyHeaders): Buffer {
  const parts: Buffer[] = [uint32(headers.size)];
  for (const [name, value] of headers) {
    for (const text of [Buffer.from(name), Buffer.from(value)]) parts.push(uint32(text.length), text);
  }
  return Buffer.concat(parts);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
