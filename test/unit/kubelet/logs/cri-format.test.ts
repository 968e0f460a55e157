import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { completeEnd, encodeRecord, oneLineEach, parseHeader } from '../../../../src/kubelet/logs/cri-format.js';
import { at, record } from './scripted-logs.js';

const parsed = (text: string) => parseHeader(Buffer.from(text, 'latin1'), 0, text.length);

describe('CRI log format', () => {
  it('writes time, stream, tag and content', () => {
    expect(encodeRecord(record(5, 'hello')).toString()).toBe('2026-01-01T00:00:00.000000005Z stdout F hello\n');
    expect(encodeRecord(record(5, 'he', { stream: 'stderr', partial: true })).toString()).toBe(
      '2026-01-01T00:00:00.000000005Z stderr P he\n',
    );
    expect(encodeRecord(record(5, '')).toString()).toBe('2026-01-01T00:00:00.000000005Z stdout F \n');
  });

  it('reads back any bytes unchanged', () => {
    const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
    fc.assert(
      fc.property(
        bytes,
        fc.constantFrom('stdout' as const, 'stderr' as const),
        fc.boolean(),
        fc.nat(),
        (line, stream, partial, ns) => {
          const pieces = oneLineEach({ line, stream, partial, timestamp: at(ns) });
          const read = pieces.map((piece) => {
            const encoded = encodeRecord(piece);
            expect(encoded.indexOf('\n')).toBe(encoded.length - 1);
            const header = parseHeader(encoded, 0, encoded.length - 1);
            expect(header).toMatchObject({ stream, timestamp: at(ns) });
            return [encoded.subarray(header?.contentStart, encoded.length - 1), header?.partial === false ? '\n' : ''];
          });
          const joined = Buffer.concat(read.flat().map((part) => Buffer.from(part as Buffer)));
          expect(joined.equals(Buffer.concat([line, Buffer.from(partial ? '' : '\n')]))).toBe(true);
        },
      ),
    );
  });

  it('accepts further tags after the first', () => {
    expect(parsed('2026-01-01T00:00:00.000000005Z stdout P:x:y text')).toMatchObject({
      partial: true,
      contentStart: 44,
    });
  });

  it.each([
    ['nothing', ''],
    ['zero bytes from a power cut', '\0'.repeat(80)],
    ['no time', 'stdout F hello world, this is long enough to be one'],
    ['an unknown stream', '2026-01-01T00:00:00.000000005Z stdxxx F hello'],
    ['an unknown tag', '2026-01-01T00:00:00.000000005Z stdout X hello'],
    ['a tag glued to its content', '2026-01-01T00:00:00.000000005Z stdout Fhello'],
    ['a line cut in its header', '2026-01-01T00:00:00.000000005Z stdo'],
    ['a line cut behind its tag', '2026-01-01T00:00:00.000000005Z stdout F'],
    ['a time without its zone', '2026-01-01T00:00:00.000000005 stdout F hello'],
  ])('takes %s for no record', (_what, text) => {
    expect(parsed(text)).toBeUndefined();
  });

  it('does not look beyond the end of the line it was given', () => {
    const two = Buffer.from('2026-01-01T00:00:00.000000005Z\n2026-01-01T00:00:00.000000005Z stdout F x');
    expect(parseHeader(two, 0, 30)).toBeUndefined();
  });

  it('finds where the last whole record ends', () => {
    expect(completeEnd(Buffer.from('ab\ncd\nef'), 8)).toBe(6);
    expect(completeEnd(Buffer.from('ab\ncd\nef'), 5)).toBe(3);
    expect(completeEnd(Buffer.from('ab'), 2)).toBe(0);
    expect(completeEnd(Buffer.from('ab'), 0)).toBe(0);
  });
});
