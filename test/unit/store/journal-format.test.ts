import { crc32 } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/api/schema/meta.js';
import { decodeJournal, encodeBatch, encodeSnapshot } from '../../../src/store/journal-format.js';

const pod = (name: string, value = ''): KubeObject & { value: string } => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  value,
});
const remove = (name: string): { kind: string; key: string } => ({ kind: 'Pod', key: `default/${name}` });

const SNAPSHOT = encodeSnapshot(3, 100, [pod('a'), pod('b', 'ünï\u2028')]);
const BATCHES = [
  encodeBatch(1, [
    { revision: 101, put: pod('c') },
    { revision: 102, put: pod('a', 'new') },
  ]),
  encodeBatch(2, [{ revision: 103, remove: remove('b') }]),
  encodeBatch(3, [
    { revision: 104, put: pod('d') },
    { revision: 105, remove: remove('c') },
  ]),
];
const WHOLE = Buffer.from(SNAPSHOT + BATCHES.join(''));
/** What the store held after each revision. */
const STATES: Record<number, string[]> = {
  100: ['a=', 'b=ünï\u2028'],
  101: ['a=', 'b=ünï\u2028', 'c='],
  102: ['a=new', 'b=ünï\u2028', 'c='],
  103: ['a=new', 'c='],
  104: ['a=new', 'c=', 'd='],
  105: ['a=new', 'd='],
};

const decoded = (content: Buffer): { revision: number; state: string[] } | string => {
  const journal = decodeJournal(content);
  if (!journal.readable) return journal.reason;
  const state = journal.objects.map(
    (object) => `${object.metadata.name}=${(object as KubeObject & { value: string }).value}`,
  );
  return { revision: journal.revision, state: state.sort() };
};

describe('the journal', () => {
  it('gives back what was written', () => {
    expect(decodeJournal(WHOLE)).toMatchObject({ readable: true, epoch: 3, tornBytes: 0 });
    expect(decoded(WHOLE)).toEqual({ revision: 105, state: STATES[105] });
  });

  it('cut off anywhere after its beginning, holds a state the store had', () => {
    for (let length = Buffer.byteLength(SNAPSHOT); length <= WHOLE.length; length += 1) {
      const result = decoded(WHOLE.subarray(0, length));
      expect(typeof result).toBe('object');
      const { revision, state } = result as { revision: number; state: string[] };
      expect(state).toEqual(STATES[revision]);
    }
  });

  it('cut off within what it began with, is unreadable: that was renamed into place complete', () => {
    for (let length = 0; length < Buffer.byteLength(SNAPSHOT); length += 1)
      expect(decodeJournal(WHOLE.subarray(0, length))).toMatchObject({ readable: false });
  });

  it('loses no more than the last batch when its blocks reached the disk in any order', () => {
    const start = WHOLE.length - Buffer.byteLength(BATCHES[2] ?? '');
    for (let hole = start; hole < WHOLE.length; hole += 1) {
      const torn = Buffer.from(WHOLE);
      torn.fill(0, hole, Math.min(hole + 7, WHOLE.length));
      const { revision, state } = decoded(torn) as { revision: number; state: string[] };
      expect([103, 104]).toContain(revision);
      expect(state).toEqual(STATES[revision]);
    }
  });

  it('with any byte of an earlier batch changed, is unreadable rather than wrong', () => {
    const end = WHOLE.length - Buffer.byteLength(BATCHES[2] ?? '');
    for (let at = 0; at < end; at += 1) {
      const damaged = Buffer.from(WHOLE);
      damaged[at] = (damaged[at] ?? 0) ^ 0x55;
      expect(decodeJournal(damaged)).toMatchObject({ readable: false });
    }
  });

  it('says how many bytes an interrupted write left', () => {
    expect(decodeJournal(WHOLE.subarray(0, WHOLE.length - 1))).toMatchObject({
      readable: true,
      tornBytes: encodeBatch(3, [{ revision: 105, remove: remove('c') }]).length - 1,
    });
  });

  it('of an unknown version is not read, but its epoch is', () => {
    const line = SNAPSHOT.split('\n')[0] ?? '';
    expect(line).toContain('"version":1');
    // Made by a later release: the same outline, another version.
    const later = reencode(line.slice(9).replace('"version":1', '"version":2'));
    expect(decodeJournal(Buffer.from(later))).toEqual({
      readable: false,
      reason: 'format version 2 is unknown',
      epoch: 3,
    });
  });
});

/** A line as the encoder makes it, around any JSON text. */
const reencode = (json: string): string => `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`;
