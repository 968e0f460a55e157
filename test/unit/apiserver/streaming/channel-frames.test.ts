import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeChannelFrame, encodeChannelFrame } from '../../../../src/apiserver/streaming/channel-frames.js';

describe('channel frames', () => {
  it.each(['binary', 'base64'] as const)('come back as they went, in %s', (encoding) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9 }), fc.uint8Array(), (channel, array) => {
        const frame = { channel, payload: Buffer.from(array) };
        expect(decodeChannelFrame(encodeChannelFrame(frame, encoding), encoding)).toEqual(frame);
      }),
    );
  });

  it('are text in base64, with the channel as a digit', () => {
    expect(encodeChannelFrame({ channel: 1, payload: Buffer.from('hi') }, 'base64')).toBe('1aGk=');
  });

  it('may come as text in binary: the first character is the channel', () => {
    expect(decodeChannelFrame('\u0000ls\n', 'binary')).toEqual({ channel: 0, payload: Buffer.from('ls\n') });
  });

  it('are nothing when empty or of no channel', () => {
    expect(decodeChannelFrame(Buffer.alloc(0), 'binary')).toBeUndefined();
    expect(decodeChannelFrame('', 'base64')).toBeUndefined();
    expect(decodeChannelFrame('xaGk=', 'base64')).toBeUndefined();
  });
});
