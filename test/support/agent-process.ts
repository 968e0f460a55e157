import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** An agent in a process of its own, to be killed. */
export class AgentProcess {
  readonly #child: ChildProcess;
  /** Resolves when it is gone and all that it wrote is known, with its exit code; null when it was killed. */
  readonly ended: Promise<number | null>;
  #output = '';

  /**
   * @param bundle as `bundleAgentProcess` returned it
   * @param task its one argument, as JSON
   */
  constructor(bundle: string, task: object) {
    this.#child = spawn(process.execPath, [bundle, JSON.stringify(task)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '', NODE_PATH: join(process.cwd(), 'node_modules') },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    }
    this.ended = once(this.#child, 'close').then(([code]: (number | null)[]) => code ?? null);
  }

  /** What it wrote so far, both streams. */
  get output(): string {
    return this.#output;
  }

  /** With -9. Resolves when it is gone. @throws when it had ended by itself: nothing was killed then */
  async kill(): Promise<void> {
    const { exitCode } = this.#child;
    if (exitCode !== null) throw new Error(`the agent had ended with code ${String(exitCode)}: ${this.#output}`);
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}

/**
 * One file with the whole agent and the program that runs it.
 * @param program below test/support, without extension
 * @returns its path
 */
export async function bundleAgentProcess(directory: string, program = 'agent-child'): Promise<string> {
  const outfile = join(directory, 'agent-child.cjs');
  await promisify(execFile)(join('node_modules', '.bin', 'esbuild'), [
    join('test', 'support', `${program}.ts`),
    '--bundle',
    '--platform=node',
    '--format=cjs',
    '--target=node20',
    // CommonJS packages are found through NODE_PATH.
    '--external:dockerode',
    '--external:pino',
    '--external:pino-pretty',
    '--define:import.meta.url=undefined',
    '--log-level=error',
    `--outfile=${outfile}`,
  ]);
  return outfile;
}
