import { execFileSync } from 'node:child_process';
import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  compress,
  compressRotated,
  listRotated,
  nextStamp,
  pruneRotated,
} from '../../../../src/kubelet/logs/rotated-files.js';

describe('rotated log files', () => {
  let directory: string;
  let path: string;
  const signal = new AbortController().signal;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kubelette-rotated-'));
    path = join(directory, '0.log');
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const write = async (...names: string[]): Promise<void> => {
    for (const name of names) await writeFile(join(directory, name), name);
  };

  it('stamps a rotation with the local time', () => {
    expect(nextStamp(new Date(2026, 6, 4, 13, 5, 9).getTime(), undefined)).toBe('20260704-130509');
  });

  it('stamps later than the newest one, in the same second and when the clock went back', () => {
    const now = new Date(2026, 11, 31, 23, 59, 59).getTime();
    expect(nextStamp(now, '20261231-235959')).toBe('20270101-000000');
    expect(nextStamp(now, '20270305-101112')).toBe('20270305-101113');
    expect(nextStamp(now, '20261231-235958')).toBe('20261231-235959');
  });

  it('lists only rotated files of this log, oldest first, each once', async () => {
    await write('0.log', '0.log.20260102-000000', '0.log.20260101-000000.gz', '0.log.20260102-000000.gz');
    await write('00.log.20260103-000000', '10.log.20260103-000000', '0.log.notes', '0.log.20260103-000000.gz.tmp');
    const listed = (await listRotated(path)).map((file) => file.path.slice(directory.length + 1));
    expect(listed).toEqual(['0.log.20260101-000000.gz', '0.log.20260102-000000']);
  });

  it('has none in a directory that is not there', async () => {
    expect(await listRotated(join(directory, 'missing', '0.log'))).toEqual([]);
  });

  it('deletes the oldest', async () => {
    await write('0.log', '0.log.20260101-000000.gz', '0.log.20260102-000000.gz', '0.log.20260103-000000');
    await pruneRotated(path, 2);
    expect((await readdir(directory)).sort()).toEqual(['0.log', '0.log.20260102-000000.gz', '0.log.20260103-000000']);
  });

  it('compresses all but the newest and clears what an interrupted compression left', async () => {
    await write('0.log.20260101-000000', '0.log.20260102-000000', '0.log.20260103-000000');
    await write('0.log.20260101-000000.gz', '0.log.20260102-000000.gz.tmp');
    await compressRotated(path, signal);
    expect((await readdir(directory)).sort()).toEqual([
      '0.log.20260101-000000.gz',
      '0.log.20260102-000000.gz',
      '0.log.20260103-000000',
    ]);
    const zipped = await readFile(join(directory, '0.log.20260101-000000.gz'));
    expect(gunzipSync(zipped).toString()).toBe('0.log.20260101-000000');
  });

  it('takes it that a file is deleted while or before it is compressed, and does not bring it back', async () => {
    await write('0.log.20260103-000000');
    for (const day of ['01', '02']) await writeFile(`${path}.202601${day}-000000`, Buffer.alloc(20_000_000, 'text '));
    await Promise.all([compressRotated(path, signal), pruneRotated(path, 1)]);
    expect(await readdir(directory)).toEqual(['0.log.20260103-000000']);
  });

  it('leaves nothing of a file that went before it could be opened, however late its other half is made', async () => {
    const temporary = `${path}.gz.tmp`;
    // Whoever opens it to write waits for somebody who reads.
    execFileSync('mkfifo', [temporary]);
    const compressed = compress(path, signal).then(() => 'done');
    expect(await Promise.race([compressed, setTimeout(200, 'waits')])).toBe('waits');
    const reader = await open(temporary);
    expect(await compressed).toBe('done');
    await reader.close();
    expect(await readdir(directory)).toEqual([]);
  });

  it('leaves the original when a compression is aborted', async () => {
    await write('0.log.20260101-000000', '0.log.20260102-000000');
    await expect(compressRotated(path, AbortSignal.abort())).rejects.toThrow();
    expect((await readdir(directory)).sort()).toEqual(['0.log.20260101-000000', '0.log.20260102-000000']);
  });
});
