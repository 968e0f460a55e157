import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from './eventually.js';

/** The built command line, as users run it. `npm test` builds it first. */
const CLI = 'dist/cli.cjs';

export interface CliResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export class CliProcess {
  stdout = '';
  stderr = '';
  readonly #child;
  readonly #closed: Promise<unknown>;

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(process.execPath, [CLI, ...args], {
      env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.#child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.#closed = once(this.#child, 'close');
  }

  /** Waits until it has said something like `pattern`, on whichever stream. */
  async says(pattern: RegExp, withinMs = 60_000): Promise<void> {
    await eventually(
      `${String(pattern)} from the command`,
      () => {
        const all = this.stdout + this.stderr;
        if (pattern.test(all)) return true;
        throw new Error(
          `it said:\n${all}${this.#child.exitCode === null ? '' : `and ended with ${this.#child.exitCode}`}`,
        );
      },
      withinMs,
    );
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async ended(): Promise<CliResult> {
    await this.#closed;
    return { exitCode: this.#child.exitCode, stdout: this.stdout, stderr: this.stderr };
  }
}

/** Runs a command to its end. */
export const runCli = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliResult> =>
  new CliProcess(args, env).ended();
