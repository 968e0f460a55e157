import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadAgentId } from '../../../src/data-dir/agent-id.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kubelette-id-'));
});
afterEach(() => rm(dir, { recursive: true }));

describe('the agent id', () => {
  it('is random, private and stays', async () => {
    const path = join(dir, 'agent-id');
    const id = await loadAgentId({ agentId: path });
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(await loadAgentId({ agentId: path })).toBe(id);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(dir)).toEqual(['agent-id']);
    expect(await loadAgentId({ agentId: join(dir, 'other') })).not.toBe(id);
  });

  it.each(['', 'zz', '0123'])('is not made anew over a file that holds %j', async (content) => {
    const path = join(dir, 'agent-id');
    await writeFile(path, content);
    await expect(loadAgentId({ agentId: path })).rejects.toMatchObject({ code: 'Invalid' });
  });

  it('says what failed', async () => {
    await expect(loadAgentId({ agentId: dir })).rejects.toMatchObject({ code: 'Unavailable' });
    await expect(loadAgentId({ agentId: join(dir, 'none', 'agent-id') })).rejects.toMatchObject({
      code: 'Unavailable',
    });
  });
});
