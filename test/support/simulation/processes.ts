import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { addUp, type Tally } from './tally.js';

/**
 * Many lives, shared out among a few processes. One file for each of them: what jest makes of modules, each in a context with
 * globals of its own, takes twice the time.
 */
export async function liveInProcesses(first: number, lives: number): Promise<Tally> {
  const directory = await mkdtemp(join(tmpdir(), 'kubelette-simulation-'));
  try {
    const outfile = join(directory, 'child.mjs');
    const program = join('test', 'support', 'simulation', 'child.ts');
    await build({ entryPoints: [program], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20' });
    return addUp(await Promise.all(shares(first, lives).map(async (share) => live(outfile, share))));
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** V8 compiles what runs often in smaller pieces: with its default that was more of the CPU than the lives themselves. */
const SMALL_PIECES = '--max-inlined-bytecode-size-cumulative=100';

interface Share {
  readonly first: number;
  readonly count: number;
}

function shares(first: number, lives: number): Share[] {
  const processes = Math.min(2, availableParallelism(), lives);
  const border = (index: number): number => Math.floor((lives * index) / processes);
  return Array.from({ length: processes }, (_, index) => ({
    first: first + border(index),
    count: border(index + 1) - border(index),
  }));
}

async function live(program: string, { count, first }: Share): Promise<Tally> {
  const env = { ...process.env, NODE_OPTIONS: '' };
  const args = [SMALL_PIECES, program, `${first}`, `${count}`];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return JSON.parse(stdout) as Tally;
}
