import { describe, expect, it } from '@jest/globals';
import { LogCursor, toSince } from '../../../src/docker/log-cursor.js';
import {
  PartialMarker,
  PIECE_LENGTH,
  RawLogParser,
  toRawRecord,
  type RawRecord,
} from '../../../src/docker/log-records.js';

const time = (nanoseconds: number): string => `2026-01-02T03:04:05.${String(nanoseconds).padStart(9, '0')}Z`;
const record = (timestamp: string, text: string, stream: 'stdout' | 'stderr' = 'stdout'): RawRecord =>
  toRawRecord({ stream, payload: Buffer.from(`${timestamp} ${text}`) });
const full = 'x'.repeat(PIECE_LENGTH);

describe('a log record', () => {
  it('is its bytes without the newline', () => {
    expect(record(time(7), 'hello\n')).toEqual({
      stream: 'stdout',
      timestamp: time(7),
      line: Buffer.from('hello'),
      full: false,
    });
    expect(record(time(7), '\n').line).toHaveLength(0);
    expect(record(time(7), '').line).toHaveLength(0);
    expect(record(time(7), 'no end').line.toString()).toBe('no end');
  });

  it('is full when it is one piece long and has no newline', () => {
    expect(record(time(7), full).full).toBe(true);
    expect(record(time(7), `${full}\n`).full).toBe(false);
    expect(record(time(7), full.slice(1)).full).toBe(false);
  });

  it('has a timestamp', () => {
    expect(() => toRawRecord({ stream: 'stdout', payload: Buffer.from('hello\n') })).toThrow('without a timestamp');
  });
});

describe('the log of a terminal', () => {
  const bytes = Buffer.from(`${time(1)} one\r\n${time(2)} ${full}${time(2)} rest\r\n${time(3)} \r\n${time(4)} end`);

  it('is cut into the same records however the bytes come', () => {
    for (const size of [1, 10, 31, 1_000, bytes.length]) {
      const parser = new RawLogParser();
      const records: RawRecord[] = [];
      for (let at = 0; at < bytes.length; at += size) records.push(...parser.push(bytes.subarray(at, at + size)));
      records.push(...parser.end());
      expect(records.map(({ timestamp, line }) => [timestamp, line.length])).toEqual([
        [time(1), 4],
        [time(2), PIECE_LENGTH],
        [time(2), 5],
        [time(3), 1],
        [time(4), 3],
      ]);
    }
  });
});

describe('PartialMarker', () => {
  const mark = (records: readonly RawRecord[]): [string, number, boolean][] => {
    const marker = new PartialMarker();
    return [...records.flatMap((one) => marker.push(one)), ...marker.end()].map(({ stream, line, partial }) => [
      stream,
      line.length,
      partial,
    ]);
  };

  it('passes ordinary records through at once', () => {
    expect(new PartialMarker().push(record(time(1), 'a\n'))).toHaveLength(1);
  });

  it.each<[string, RawRecord[], boolean[]]>([
    ['full, then more of the same line', [record(time(1), full), record(time(1), 'end\n')], [true, false]],
    ['full, then another line', [record(time(1), full), record(time(2), 'next\n')], [false, false]],
    ['full at the end of the log', [record(time(1), full)], [false]],
    ['three pieces', [record(time(1), full), record(time(1), full), record(time(1), '\n')], [true, true, false]],
    ['full, twice, two lines', [record(time(1), full), record(time(2), full)], [false, false]],
  ])('%s', (_what, records, partial) => {
    expect(mark(records).map(([, , flag]) => flag)).toEqual(partial);
  });

  it('looks for the successor on the same stream and keeps the order', () => {
    expect(
      mark([record(time(1), full), record(time(2), 'e\n', 'stderr'), record(time(1), 'end\n'), record(time(3), 'x\n')]),
    ).toEqual([
      ['stdout', PIECE_LENGTH, true],
      ['stderr', 1, false],
      ['stdout', 3, false],
      ['stdout', 1, false],
    ]);
  });

  it('does not hold the other stream back for ever', () => {
    const marker = new PartialMarker();
    const ready = [
      record(time(1), full),
      ...Array.from({ length: 300 }, (_, i) => record(time(2 + i), 'e\n', 'stderr')),
    ].flatMap((one) => marker.push(one));
    expect(ready[0]).toMatchObject({ stream: 'stdout', partial: true });
    expect(ready.length).toBeGreaterThan(250);
  });
});

describe('LogCursor', () => {
  const at = (timestamp: string, stream: 'stdout' | 'stderr' = 'stdout'): Parameters<LogCursor['accept']>[0] => ({
    stream,
    timestamp,
  });

  it('starts without a position and moves to the newest record', () => {
    const cursor = new LogCursor();
    expect(cursor.resume()).toBeUndefined();
    for (const one of [at(time(1)), at(time(5)), at(time(3), 'stderr')]) expect(cursor.accept(one)).toBe(true);
    expect(cursor.resume()).toBe(time(5));
  });

  it('skips as many records of that time as it saw, for each stream, and no more', () => {
    const cursor = new LogCursor();
    for (const one of [at(time(1)), at(time(2)), at(time(2)), at(time(2), 'stderr')]) cursor.accept(one);
    for (let reading = 0; reading < 2; reading += 1) {
      cursor.resume();
      expect([at(time(2)), at(time(2)), at(time(2), 'stderr')].map((one) => cursor.accept(one))).toEqual([
        false,
        false,
        false,
      ]);
    }
    expect(cursor.accept(at(time(2)))).toBe(true);
    expect(cursor.accept(at(time(3)))).toBe(true);
  });

  it('writes its position as the engine wants it, without losing a digit', () => {
    expect(toSince('2006-01-02T15:04:05.123456789Z')).toBe('1136214245.123456789');
    expect(toSince('2006-01-02T15:04:05Z')).toBe('1136214245.000000000');
  });
});
