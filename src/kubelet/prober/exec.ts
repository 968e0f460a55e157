import type { Readable } from 'node:stream';
import { abortable } from '../../lib/abort.js';
import type { Clock } from '../../lib/clock.js';
import type { CommandSession, RuntimeStreams } from '../../runtime/streams.js';
import { OUTPUT_LIMIT_BYTES, type Attempt } from './attempt.js';
import { isTimeout, withPatience } from './patience.js';

export interface ExecProbeOptions {
  readonly streams: Pick<RuntimeStreams, 'exec'>;
  readonly clock: Clock;
  readonly containerId: string;
  readonly command: readonly string[];
  readonly timeoutMs: number;
  /** Lets a few commands be started at a time: starting is what loads the engine. */
  readonly admit: <T>(start: () => Promise<T>) => Promise<T>;
}

/** How long the end of a command is waited for. */
const KILL_MS = 10_000;

/** A command that was started. */
interface Run {
  readonly session: CommandSession;
  readonly output: Output;
  readonly connection: AbortController;
}

/**
 * Runs a command in a container, again and again but never twice at a time: one that does not end in time is killed, with
 * everything it started, before there can be another one. The time counts from when the engine has taken the command.
 * Source: kubelet pkg/probe/exec.
 */
export class ExecProbe {
  readonly #options: ExecProbeOptions;
  /** One that may still run, and whether that is because it took too long. */
  #left: { readonly run: Run; readonly timedOut: boolean } | undefined;

  constructor(options: ExecProbeOptions) {
    this.#options = options;
  }

  /** @throws when nothing can be said about the container */
  async attempt(signal: AbortSignal): Promise<Attempt> {
    const left = this.#left;
    if (left !== undefined) {
      const outcome = await this.#end(left.run, left.timedOut);
      if (left.timedOut) return outcome;
    }
    const starting = this.#start();
    try {
      return await this.#finish(await abortable(starting, signal), signal);
    } catch (error) {
      // Whatever was started for us ends with us.
      if (signal.aborted) await starting.then((run) => this.#end(run, false)).catch(() => undefined);
      throw error;
    }
  }

  async #start(): Promise<Run> {
    const { admit, command, containerId, streams } = this.#options;
    const connection = new AbortController();
    const request = { command, tty: false, stdin: false };
    const session = await admit(async () => streams.exec(containerId, request, connection.signal));
    return { session, output: new Output(session), connection };
  }

  async #finish(run: Run, signal: AbortSignal): Promise<Attempt> {
    const { clock, timeoutMs } = this.#options;
    try {
      const ended = run.output.ended.then(async () => run.session.exitCode);
      const exitCode = await withPatience(timeoutMs, clock, signal, async (bounded) => abortable(ended, bounded));
      run.connection.abort();
      return { verdict: exitCode === 0 ? 'success' : 'failure', output: run.output.text() };
    } catch (error) {
      if (isTimeout(error)) return this.#end(run, true);
      // Nobody knows what became of it: it has to be gone before another one may run.
      this.#left = { run, timedOut: false };
      throw error;
    }
  }

  /** @throws when it may still run */
  async #end(run: Run, timedOut: boolean): Promise<Attempt> {
    this.#left = { run, timedOut };
    const how = await run.session.kill(AbortSignal.timeout(KILL_MS));
    this.#left = undefined;
    if (how === 'late') throw new Error('the engine did not run the command in time');
    // Then it was only its output that somebody else held open.
    const exitCode = how === 'ended' && timedOut ? await run.session.exitCode : undefined;
    run.connection.abort();
    if (exitCode !== undefined) {
      return { verdict: exitCode === 0 ? 'success' : 'failure', output: run.output.text() };
    }
    const output = `command ${JSON.stringify(this.#options.command.join(' '))} timed out`;
    return { verdict: 'failure', output, unheard: true };
  }
}

/** Both streams in the order they come, read to the end whatever is kept of them. */
class Output {
  readonly ended: Promise<unknown>;
  readonly #chunks: Buffer[] = [];
  #size = 0;

  constructor({ stderr, stdout }: CommandSession) {
    this.ended = Promise.all([stdout, ...(stderr === undefined ? [] : [stderr])].map(async (one) => this.#read(one)));
  }

  text(): string {
    return Buffer.concat(this.#chunks).subarray(0, OUTPUT_LIMIT_BYTES).toString('utf8');
  }

  async #read(stream: Readable): Promise<void> {
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        if (this.#size >= OUTPUT_LIMIT_BYTES) continue;
        this.#chunks.push(chunk);
        this.#size += chunk.length;
      }
    } catch {
      // What broke it says the exit code.
    }
  }
}
