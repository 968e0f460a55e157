import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { acquireAgentLock } from '../../../src/data-dir/agent-lock.js';
import { ownIdentity } from '../../../src/data-dir/process-identity.js';

let tools: string;
let dir: string;
let path: string;
const children = new Set<ChildProcess>();

/** Tells what came of it, then waits to be killed or for its input to end, which lets the lock go. */
const STARTER = `
import { acquireAgentLock } from ${JSON.stringify(fileURLToPath(new URL('../../../src/data-dir/agent-lock.ts', import.meta.url)))};
for await (const _ of process.stdin) {
  try {
    const lock = await acquireAgentLock({ lock: process.argv[2] });
    console.log('locked');
    globalThis.lock = lock;
  } catch (error) {
    console.log(error.code);
    process.exit(1);
  }
}
await globalThis.lock?.release();
`;

beforeAll(async () => {
  tools = await mkdtemp(join(tmpdir(), 'kubelette-lock-starter-'));
  await build({
    stdin: { contents: STARTER, resolveDir: tools, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: join(tools, 'starter.mjs'),
  });
});
afterAll(() => rm(tools, { recursive: true }));

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kubelette-lock-'));
  path = join(dir, 'agent.lock');
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  await rm(dir, { recursive: true });
});

interface Starter {
  readonly child: ChildProcess;
  /** Lets it try; the answer. */
  readonly go: () => Promise<string>;
  readonly kill: () => Promise<void>;
  readonly end: () => Promise<void>;
}

async function newStarter(): Promise<Starter> {
  const child = spawn(process.execPath, [join(tools, 'starter.mjs'), path], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.add(child);
  await once(child, 'spawn');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const exited = once(child, 'exit');
  return {
    child,
    go: async () => {
      child.stdin.write('go\n');
      return String((await lines.next()).value);
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    end: async () => {
      child.stdin.end();
      await exited;
    },
  };
}

describe('the lock of a data directory', () => {
  it('is held until it is released', async () => {
    const lock = await acquireAgentLock({ lock: path });
    await expect(acquireAgentLock({ lock: path })).rejects.toMatchObject({
      code: 'Conflict',
      message:
        `another agent uses ${dir}: process ${process.pid} (stop it, or give this one a directory of its own ` +
        `with --data-dir; if there is no such process, remove ${path})`,
    });
    await lock.release();
    await lock.release();
    const again = await acquireAgentLock({ lock: path });
    await again.release();
    expect(await readdir(dir)).toEqual([]);
  });

  it('released late does not release the one who has it now', async () => {
    const first = await acquireAgentLock({ lock: path });
    await first.release();
    const second = await acquireAgentLock({ lock: path });
    await first.release();
    await expect(acquireAgentLock({ lock: path })).rejects.toMatchObject({ code: 'Conflict' });
    await second.release();
  });

  it('keeps other processes out, and lets the next one in after an orderly end', async () => {
    const [first, second, third] = [await newStarter(), await newStarter(), await newStarter()];
    expect(await first.go()).toBe('locked');
    expect(await second.go()).toBe('Conflict');
    await first.end();
    expect(await third.go()).toBe('locked');
  });

  it('of a killed process goes to exactly one of many that start at once, again and again', async () => {
    for (let round = 0; round < 6; round += 1) {
      const starters = await Promise.all(Array.from({ length: 6 }, () => newStarter()));
      const answers = await Promise.all(starters.map((starter) => starter.go()));
      expect(answers.filter((answer) => answer === 'locked')).toHaveLength(1);
      expect(answers.filter((answer) => answer === 'Conflict')).toHaveLength(5);
      expect(await readdir(dir)).toEqual(['agent.lock']);
      // The winner dies without a word; the next round finds its lock.
      await Promise.all(starters.map((starter) => starter.kill()));
    }
  });

  it('goes to one of many within this process, too', async () => {
    const dead = await newStarter();
    await dead.go();
    await dead.kill();
    for (let round = 0; round < 20; round += 1) {
      const results = await Promise.allSettled(Array.from({ length: 10 }, () => acquireAgentLock({ lock: path })));
      const winners = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      expect(winners).toHaveLength(1);
      await winners[0]?.release();
    }
  });

  it.each<[string, object]>([
    ['another process got its number', { startTime: '1' }],
    ['the machine was started anew', { bootId: 'another boot' }],
    ['its process is gone', { pid: 2 ** 22 - 1 }],
  ])('is free when %s', async (_why, change) => {
    await writeFile(path, JSON.stringify({ ...(await ownIdentity()), nonce: 'n', ...change }));
    const lock = await acquireAgentLock({ lock: path });
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ pid: process.pid });
    await lock.release();
  });

  it('goes to the end of a chain of starters that were killed on the way', async () => {
    const dead = { ...(await ownIdentity()), startTime: '1' };
    await writeFile(path, JSON.stringify({ ...dead, nonce: 'a' }));
    await writeFile(`${path}.after-a`, JSON.stringify({ ...dead, nonce: 'b' }));
    await writeFile(`${path}.after-b`, JSON.stringify({ ...dead, nonce: 'c' }));
    await writeFile(`${path}.ticket-d`, JSON.stringify({ ...dead, nonce: 'd' }));
    await writeFile(`${path}.ticket-e`, JSON.stringify({ ...dead, nonce: 'e' }).slice(0, 20));
    const lock = await acquireAgentLock({ lock: path });
    expect(await readdir(dir)).toEqual(['agent.lock']);
    await lock.release();
  });

  it('is held when the end of the chain lives, whoever is at its head', async () => {
    const alive = await ownIdentity();
    await writeFile(path, JSON.stringify({ ...alive, startTime: '1', nonce: 'a' }));
    await writeFile(`${path}.after-a`, JSON.stringify({ ...alive, nonce: 'b' }));
    await expect(acquireAgentLock({ lock: path })).rejects.toMatchObject({ code: 'Conflict' });
  });

  it('counts as held when its process is where we cannot look', async () => {
    const elsewhere = { ...(await ownIdentity()), pidNamespace: 'pid:[1]', nonce: 'n' };
    await writeFile(path, JSON.stringify(elsewhere));
    await expect(acquireAgentLock({ lock: path })).rejects.toMatchObject({ code: 'Conflict' });
  });

  it('is not guessed about when the file is something else', async () => {
    await writeFile(path, 'mine');
    await expect(acquireAgentLock({ lock: path })).rejects.toMatchObject({ code: 'Invalid' });
    expect(await readFile(path, 'utf8')).toBe('mine');
  });

  it('cannot be taken where the directory is missing', async () => {
    await expect(acquireAgentLock({ lock: join(dir, 'none', 'agent.lock') })).rejects.toMatchObject({
      code: 'Unavailable',
    });
  });
});
