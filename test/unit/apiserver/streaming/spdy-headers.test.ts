import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { constants, deflateSync } from 'node:zlib';
import { SPDY_DICTIONARY } from '../../../../src/apiserver/streaming/spdy-dictionary.js';
import { SpdyHeaderCodec } from '../../../../src/apiserver/streaming/spdy-headers.js';

const name = fc.stringMatching(/^[a-z-]{1,12}$/);
const block = fc.array(fc.tuple(name, fc.string({ maxLength: 40, unit: 'grapheme' })), { maxLength: 6 });

describe('SpdyHeaderCodec', () => {
  it('reads what it wrote, block after block of one connection', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(block, { maxLength: 5 }), async (blocks) => {
        const [writer, reader] = [new SpdyHeaderCodec(), new SpdyHeaderCodec()];
        for (const lines of blocks) {
          const headers = new Map(lines);
          expect(await reader.decode(await writer.encode(headers))).toEqual(headers);
        }
        writer.close();
        reader.close();
      }),
      { numRuns: 30 },
    );
  });

  it('begins with the dictionary of SPDY/3', async () => {
    const codec = new SpdyHeaderCodec();
    const [first, second] = [await codec.encode(new Map()), await codec.encode(new Map())];
    expect(first.subarray(0, 6).toString('hex')).toBe('78bbe3c6a7c2');
    expect(second.subarray(0, 2).toString('hex')).not.toBe('78bb');
    codec.close();
  });

  it('makes names lower case', async () => {
    const [writer, reader] = [new SpdyHeaderCodec(), new SpdyHeaderCodec()];
    const headers = await reader.decode(await writer.encode(new Map([['Streamtype', 'Error']])));
    expect([...headers]).toEqual([['streamtype', 'Error']]);
    writer.close();
    reader.close();
  });

  it.each([
    ['what is not compressed', Buffer.from('not zlib at all'), 'cannot be inflated'],
    ['a small block that is huge inside', compressed(Buffer.alloc(10_000_000)), 'too long'],
    ['a count without headers', compressed(Buffer.from('00000002', 'hex')), 'break off'],
    ['nothing', compressed(Buffer.alloc(0)), 'break off'],
  ])('refuses %s', async (_what, bytes, message) => {
    const codec = new SpdyHeaderCodec();
    await expect(codec.decode(bytes)).rejects.toThrow(message);
    codec.close();
  });
});

function compressed(bytes: Buffer): Buffer {
  return deflateSync(bytes, { dictionary: SPDY_DICTIONARY, finishFlush: constants.Z_SYNC_FLUSH });
}
