import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { FaultyFiles } from '../../../support/faulty-files.js';

const files = new FaultyFiles();
jest.unstable_mockModule('node:fs/promises', () => files.module);
const { FilePreStopRecords } = await import('../../../../src/kubelet/hooks/pre-stop-records.js');

const AT = 1_764_300_000_000;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kubelette-hooks-'));
});
afterEach(async () => {
  files.reset();
  await rm(root, { recursive: true });
});

describe('the records of preStop hooks', () => {
  it('say when each was begun, until it is forgotten', async () => {
    const records = new FilePreStopRecords(root);
    expect(await records.of('uid')).toEqual(new Map());
    await records.begin('uid', 'c0ffee', AT);
    await records.begin('uid', 'beef', AT + 1);
    expect(await new FilePreStopRecords(root).of('uid')).toEqual(
      new Map([
        ['c0ffee', AT],
        ['beef', AT + 1],
      ]),
    );
    await records.forget('uid', 'c0ffee');
    expect(await records.of('uid')).toEqual(new Map([['beef', AT + 1]]));
  });

  it('say the time or nothing wherever the agent died, and never half of it', async () => {
    const records = new FilePreStopRecords(root);
    for (let at = 1, died = true; died; at += 1) {
      const uid = `uid-${String(at)}`;
      files.reset({ at, code: 'dead' });
      died = await records.begin(uid, 'c0ffee', AT).then(
        () => false,
        () => true,
      );
      files.reset();
      const times = [...(await records.of(uid)).values()];
      expect({ at, times: times.filter((time) => time !== AT) }).toEqual({ at, times: [] });
      await records.begin(uid, 'c0ffee', AT);
      expect(await records.of(uid)).toEqual(new Map([['c0ffee', AT]]));
    }
  });

  it('are kept in memory on a full disk, which keeps nobody from stopping', async () => {
    for (const at of [1, 2, 3]) {
      const records = new FilePreStopRecords(root);
      files.reset({ at, code: 'ENOSPC' });
      await records.begin(`uid-${String(at)}`, 'c0ffee', AT);
      files.reset();
      expect(await records.of(`uid-${String(at)}`)).toEqual(new Map([['c0ffee', AT]]));
      await records.forget(`uid-${String(at)}`, 'c0ffee');
      expect(await records.of(`uid-${String(at)}`)).toEqual(new Map());
    }
  });
});
