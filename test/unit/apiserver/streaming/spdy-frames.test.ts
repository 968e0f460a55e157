import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  dataFrame,
  pingFrame,
  resetFrame,
  SpdyError,
  SpdyFrameParser,
  synReplyFrame,
  synStreamFrame,
  type SpdyFrame,
} from '../../../../src/apiserver/streaming/spdy-frames.js';

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
const stream = fc.integer({ min: 1, max: 0x7fffffff });

/** A frame, and what it is on the wire. */
const anyFrame: fc.Arbitrary<{ readonly frame: SpdyFrame; readonly wire: Buffer }> = fc.oneof(
  fc.record({ stream, payload: bytes, fin: fc.boolean() }).map(({ stream: id, payload, fin }) => ({
    frame: { kind: 'data' as const, stream: id, payload, fin },
    wire: dataFrame(id, payload, fin),
  })),
  fc.record({ stream, headerBlock: bytes, fin: fc.boolean() }).map(({ stream: id, headerBlock, fin }) => ({
    frame: { kind: 'synStream' as const, stream: id, headerBlock, fin },
    wire: synStreamFrame(id, headerBlock, fin),
  })),
  fc.record({ stream, headerBlock: bytes }).map(({ stream: id, headerBlock }) => ({
    frame: { kind: 'synReply' as const, stream: id, headerBlock, fin: false },
    wire: synReplyFrame(id, headerBlock),
  })),
  fc.record({ stream, status: fc.nat() }).map(({ stream: id, status }) => ({
    frame: { kind: 'reset' as const, stream: id, status },
    wire: resetFrame(id, status),
  })),
  fc.nat().map((id) => ({ frame: { kind: 'ping' as const, id }, wire: pingFrame(id) })),
);

/** Pieces of one data frame put together again. */
function joined(frames: readonly SpdyFrame[]): SpdyFrame[] {
  const whole: SpdyFrame[] = [];
  let open: Extract<SpdyFrame, { kind: 'data' }> | undefined;
  for (const frame of frames) {
    if (frame.kind === 'data' && open?.stream === frame.stream && !open.fin) {
      open = { ...frame, payload: Buffer.concat([open.payload, frame.payload]) };
      whole[whole.length - 1] = open;
    } else {
      open = frame.kind === 'data' ? frame : undefined;
      whole.push(frame);
    }
  }
  return whole;
}

describe('SpdyFrameParser', () => {
  it('gives the same frames however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 40 })), (sent, lengths) => {
        const wire = Buffer.concat(sent.map((one) => one.wire));
        const parser = new SpdyFrameParser();
        const frames: SpdyFrame[] = [];
        let offset = 0;
        for (const length of [...lengths, wire.length]) {
          frames.push(...parser.push(wire.subarray(offset, offset + length)));
          offset += length;
        }
        expect(joined(frames)).toEqual(joined(sent.map((one) => one.frame)));
      }),
    );
  });

  it('passes a payload on before the whole of it is there', () => {
    const parser = new SpdyFrameParser();
    const wire = dataFrame(5, Buffer.from('hello'), true);
    expect(parser.push(wire.subarray(0, 10))).toEqual([
      { kind: 'data', stream: 5, payload: Buffer.from('he'), fin: false },
    ]);
    expect(parser.push(wire.subarray(10))).toEqual([
      { kind: 'data', stream: 5, payload: Buffer.from('llo'), fin: true },
    ]);
  });

  it('skips what nobody needs', () => {
    const settings = Buffer.from('8003000400000004' + '00000000', 'hex');
    const windowUpdate = Buffer.from('8003000900000008' + '0000000100010000', 'hex');
    expect(new SpdyFrameParser().push(Buffer.concat([settings, windowUpdate]))).toEqual([
      { kind: 'ignored', type: 4 },
      { kind: 'ignored', type: 9 },
    ]);
  });

  it.each([
    ['another version', '8002000600000004' + '00000001', 'version 3'],
    ['a control frame without end', '80030001' + '00ffffff', '16777215 bytes'],
    ['a control frame that breaks off', '8003000600000002' + '0000', 'breaks off'],
  ])('refuses %s', (_what, hex, message) => {
    const push = (): unknown => new SpdyFrameParser().push(Buffer.from(hex, 'hex'));
    expect(push).toThrow(SpdyError);
    expect(push).toThrow(message);
  });
});
