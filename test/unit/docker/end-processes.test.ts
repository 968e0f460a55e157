import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { allProcesses } from '../../../src/docker/end-processes.js';

const COUNT = 300;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kubelette-proc-'));
  for (let pid = 1; pid <= COUNT; pid += 1) {
    await mkdir(join(root, String(pid)));
    await writeFile(join(root, String(pid), 'stat'), `${pid} (sh) S ${pid - 1} 1 1 0 -1`);
  }
  // The kernel has others there, and a process may end before it is read.
  await mkdir(join(root, 'self'));
  await mkdir(join(root, String(COUNT + 1)));
});
afterEach(async () => rm(root, { recursive: true, force: true }));

const readsUnderWay = (): number => process.getActiveResourcesInfo().filter((name) => name === 'FSReqPromise').length;

describe('the processes of a machine', () => {
  it('are all read, but never all at a time: each needs a buffer', async () => {
    let most = 0;
    const ended = new AbortController();
    const reading = allProcesses(root).finally(() => ended.abort());
    while (!ended.signal.aborted) {
      most = Math.max(most, readsUnderWay());
      await setImmediate();
    }
    const processes = await reading;
    expect(processes.map(({ pid }) => pid).sort((a, b) => a - b)).toEqual(
      Array.from({ length: COUNT }, (_, index) => index + 1),
    );
    expect(most).toBeLessThan(COUNT / 4);
  });
});
