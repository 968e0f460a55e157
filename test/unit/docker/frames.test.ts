import { describe, expect, it } from '@jest/globals';
import { FrameParser, type Frame } from '../../../src/docker/frames.js';

function frame(type: number, text: string): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.from([type, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}
const texts = (frames: readonly Frame[]): string[][] =>
  frames.map(({ stream, payload }) => [stream, payload.toString()]);

describe('FrameParser', () => {
  const bytes = Buffer.concat([frame(1, 'hello'), frame(2, ''), frame(2, 'err'), frame(1, 'x'.repeat(300))]);
  const expected = [
    ['stdout', 'hello'],
    ['stderr', ''],
    ['stderr', 'err'],
    ['stdout', 'x'.repeat(300)],
  ];

  it('gives the same frames however the bytes are cut', () => {
    for (const size of [1, 2, 7, 8, 9, 13, 64, bytes.length]) {
      const parser = new FrameParser();
      const frames: Frame[] = [];
      for (let at = 0; at < bytes.length; at += size) frames.push(...parser.push(bytes.subarray(at, at + size)));
      expect(texts(frames)).toEqual(expected);
      expect(parser.unfinished).toBe(false);
    }
  });

  it('takes thousands of tiny frames in one piece', () => {
    const parser = new FrameParser();
    expect(parser.push(Buffer.concat(Array.from({ length: 50_000 }, () => frame(1, '\n'))))).toHaveLength(50_000);
  });

  it('knows that a frame is not finished', () => {
    const parser = new FrameParser();
    parser.push(bytes.subarray(0, 10));
    expect(parser.unfinished).toBe(true);
  });

  it('refuses what cannot be a frame', () => {
    expect(() => new FrameParser().push(Buffer.from('plain text'))).toThrow('where a frame starts');
  });
});
