import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { dataDirLayout, openDataDir, foreignOwner } from '../../../src/data-dir/layout.js';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'kubelette-layout-'));
});
afterEach(() => rm(parent, { recursive: true }));

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

describe('the data directory', () => {
  it('is laid out as promised', () => {
    expect(dataDirLayout('/data')).toEqual({
      root: '/data',
      kubeconfig: '/data/kubeconfig',
      pki: '/data/pki',
      state: '/data/state',
      pods: '/data/pods',
      seccomp: '/data/seccomp',
      logs: '/data/logs',
      pulledImages: '/data/pulled-images.json',
      lock: '/data/agent.lock',
      agentId: '/data/state/agent-id',
    });
  });

  it('is made with its parents, closed to others, and can be opened again', async () => {
    const root = join(parent, 'a', 'b');
    await openDataDir(root);
    const layout = await openDataDir(root);
    for (const path of [root, layout.pki, layout.state, layout.pods, layout.logs])
      expect(await modeOf(path)).toBe(0o700);
  });

  it('says at once when it cannot be made', async () => {
    await writeFile(join(parent, 'file'), '');
    const root = join(parent, 'file', 'data');
    await expect(openDataDir(root)).rejects.toThrow(`data directory: make ${root}: ENOTDIR`);
  });

  it('has its own directories closed when they were open', async () => {
    const { state } = await openDataDir(parent);
    await chmod(state, 0o755);
    await openDataDir(parent);
    expect(await modeOf(state)).toBe(0o700);
  });

  it('may be readable at its root, which is left as it is', async () => {
    await chmod(parent, 0o755);
    await openDataDir(parent);
    expect(await modeOf(parent)).toBe(0o755);
  });

  it('is refused when others can write to it', async () => {
    await chmod(parent, 0o770);
    await expect(openDataDir(parent)).rejects.toMatchObject({
      code: 'Invalid',
      message: `data directory: ${parent} can be written by other users (run "chmod go-w" on it)`,
    });
  });

  it('is refused when it, or a part of it, is a link or a file', async () => {
    const real = join(parent, 'real');
    await mkdir(real, { mode: 0o700 });
    await symlink(real, join(parent, 'link'));
    await expect(openDataDir(join(parent, 'link'))).rejects.toThrow(
      'link is not a directory (name the directory itself',
    );

    await symlink(parent, join(real, 'state'));
    await expect(openDataDir(real)).rejects.toThrow('real/state is not a directory');
    await rm(join(real, 'state'));
    await writeFile(join(real, 'logs'), '');
    await expect(openDataDir(real)).rejects.toThrow('real/logs is not a directory');
  });

  it('says so when it cannot be made', async () => {
    await writeFile(join(parent, 'file'), '');
    await expect(openDataDir(join(parent, 'file', 'x'))).rejects.toMatchObject({ code: 'Unavailable' });
  });

  it('is refused when it belongs to somebody else', () => {
    expect(foreignOwner(1000, 1000)).toBeUndefined();
    expect(foreignOwner(1000, undefined)).toBeUndefined();
    expect(foreignOwner(1000, 0)).toBe(
      'belongs to user 1000, and this is user 0 (use a directory of your own with --data-dir)',
    );
  });
});
