import { Duplex, PassThrough, Readable } from 'node:stream';
import { KubeletteError } from '../../src/lib/errors.js';
import type {
  CommandSession,
  DialTarget,
  LogRecord,
  LogStreamOptions,
  ExecRequest,
  ExecSession,
  RuntimeStreams,
} from '../../src/runtime/streams.js';
import type { FakeEngine } from './fake-engine.js';
import { fail } from './fake-engine.js';

/** What a command says and how it ends. */
export interface FakeExecResult {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode: number;
  /** How long it takes on the engine's clock; Infinity for one that has to be killed. */
  readonly afterMs?: number;
  /** What becomes of an attempt to kill it, until it does not throw. */
  readonly onKill?: () => void;
}

/** Scripted streams: what execs say, what logs hold and who answers at a port is up to the test. */
export class FakeStreams implements RuntimeStreams {
  /** Called for every exec, with the container's id and the command. */
  onExec: (containerId: string, command: readonly string[]) => FakeExecResult = () => ({ exitCode: 0 });
  /** Called for every connection; throw to refuse. */
  onDial: (sandboxId: string, target: DialTarget) => Duplex = () => {
    throw fail('Unavailable', 'connection refused');
  };
  /** How long the engine takes until a command runs. */
  execMs = 0;
  /** How long the engine takes until somebody is dialled. */
  dialMs = 0;
  /** Of execs, that run now. */
  commands = 0;
  readonly #engine: FakeEngine;
  readonly #logs = new Map<string, LogRecord[]>();
  readonly #readers = new Set<() => void>();
  #serial = 0;

  constructor(engine: FakeEngine) {
    this.#engine = engine;
  }

  /** The container writes a line. */
  print(containerId: string, line: string, stream: LogRecord['stream'] = 'stdout', partial = false): void {
    this.#serial += 1;
    const seconds = new Date(this.#engine.clock.now()).toISOString().slice(0, 19);
    const timestamp = `${seconds}.${String(this.#serial).padStart(9, '0')}Z`;
    const records = this.#logs.get(containerId) ?? [];
    records.push({ stream, timestamp, line: Buffer.from(line), partial });
    this.#logs.set(containerId, records);
    for (const wake of this.#readers) wake();
  }

  async exec(containerId: string, request: ExecRequest, signal: AbortSignal): Promise<CommandSession> {
    const container = this.#engine.get(containerId);
    if (container.state !== 'running') throw fail('Conflict', `Container ${containerId} is not running`);
    await this.#engine.clock.sleep(this.execMs, signal);
    const { afterMs = 0, exitCode: code, onKill, stderr = '', stdout = '' } = this.onExec(containerId, request.command);
    this.commands += 1;
    const killed = new AbortController();
    const gone = AbortSignal.any([killed.signal, container.life.signal]);
    const ended = this.#engine.clock
      .sleep(afterMs, AbortSignal.any([signal, gone]))
      .catch(() => signal.throwIfAborted())
      .finally(() => (this.commands -= 1));
    const exitCode = ended.then(() => {
      if (container.life.signal.aborted) throw new KubeletteError('Unavailable', 'the container ended');
      return killed.signal.aborted ? 137 : code;
    });
    exitCode.catch(() => undefined);
    let over = false;
    void exitCode.then(
      () => (over = true),
      () => (over = true),
    );
    return {
      ...(request.stdin ? { stdin: new PassThrough().resume() } : {}),
      stdout: Readable.from([Buffer.from(stdout)]),
      ...(request.tty ? {} : { stderr: Readable.from([Buffer.from(stderr)]) }),
      resize: async () => undefined,
      exitCode,
      kill: async () => {
        if (over) return 'ended';
        onKill?.();
        killed.abort();
        return 'killed';
      },
    };
  }

  async attach(containerId: string, request: Omit<ExecRequest, 'command'>, signal: AbortSignal): Promise<ExecSession> {
    return this.exec(containerId, { ...request, command: [] }, signal);
  }

  async *logs(containerId: string, options: LogStreamOptions, signal: AbortSignal): AsyncGenerator<LogRecord> {
    const container = this.#engine.get(containerId);
    const { tail } = options;
    const known = this.#logs.get(containerId) ?? [];
    for (let next = tail === undefined ? 0 : Math.max(0, known.length - tail); ;) {
      signal.throwIfAborted();
      const records = this.#logs.get(containerId) ?? [];
      for (; next < records.length; next += 1) {
        const record = records[next];
        if (record !== undefined && record.timestamp >= (options.since ?? '')) yield record;
      }
      if (!options.follow || container.state !== 'running') return;
      await this.#woken(AbortSignal.any([signal, container.life.signal]));
    }
  }

  async dial(sandboxId: string, target: DialTarget, signal: AbortSignal): Promise<Duplex> {
    signal.throwIfAborted();
    await this.#engine.clock.sleep(this.dialMs, signal);
    return this.onDial(sandboxId, target);
  }

  /** Resolves at the next line, or when the signal aborts. */
  async #woken(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.#readers.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#readers.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}
