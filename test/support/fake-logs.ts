import { abortable } from '../../src/lib/abort.js';
import type { LogReadOptions, LogReference, LogStore } from '../../src/kubelet/logs/log-store.js';
import type { ObservedContainer, PodIdentity } from '../../src/runtime/observed.js';

/** A log store without files: what logs hold and when they are complete is up to the test. */
export class FakeLogs implements LogStore {
  /** By `container/attempt`. */
  readonly text = new Map<string, string>();
  /** Container ids in the order their pumps were started, each once. */
  readonly followed: string[] = [];
  /** `container/attempt` of removed instances, uids of removed pods. */
  readonly removed: string[] = [];
  /** Highest attempt that has a file, by container. */
  readonly attempts = new Map<string, number>();
  /** Containers somebody waits for right now. */
  readonly waitingFor: string[] = [];
  /** How logs were read. */
  readonly asked: LogReadOptions[] = [];
  /** What a reader of a running container waits for. */
  catchUp: (containerId: string) => Promise<void> = async () => Promise.resolve();
  /** Every log is complete at once. */
  alwaysDrained = false;
  /** What is not complete takes longer than anybody waits. */
  isSlow = false;
  readonly #complete = new Set<string>();
  readonly #drained = new Map<string, { readonly promise: Promise<void>; readonly resolve: () => void }>();

  /** The pump of this container has stored everything. */
  drain(containerId: string): void {
    this.#complete.add(containerId);
    this.#pump(containerId).resolve();
  }

  follow(_pod: PodIdentity, container: ObservedContainer): void {
    if (!this.followed.includes(container.id)) this.followed.push(container.id);
  }

  async drained(containerId: string, _withinMs: number, signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    if (this.alwaysDrained) return true;
    if (this.isSlow && !this.#complete.has(containerId)) return false;
    this.waitingFor.push(containerId);
    try {
      await abortable(this.#pump(containerId).promise, signal);
      return true;
    } finally {
      this.waitingFor.splice(this.waitingFor.indexOf(containerId), 1);
    }
  }

  async caughtUp(containerId: string, _withinMs: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await this.catchUp(containerId);
  }

  async *read(
    { attempt, container }: LogReference,
    options: LogReadOptions,
    running: () => boolean,
    signal: AbortSignal,
  ): AsyncGenerator<Buffer> {
    this.asked.push(options);
    const text = this.text.get(`${container}/${attempt}`);
    if (text !== undefined) yield Buffer.from(text);
    while (options.follow && running()) {
      signal.throwIfAborted();
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  async tail({ attempt, container }: LogReference, lines: number, bytes: number): Promise<string> {
    const text = this.text.get(`${container}/${attempt}`) ?? '';
    return text.split('\n').slice(-lines).join('\n').slice(-bytes);
  }

  async removeInstance({ attempt, container }: LogReference): Promise<void> {
    this.removed.push(`${container}/${attempt}`);
  }

  async removePod({ uid }: PodIdentity): Promise<void> {
    this.removed.push(uid);
  }

  async highestAttempt(_pod: PodIdentity, container: string): Promise<number | undefined> {
    return this.attempts.get(container);
  }

  async stop(): Promise<void> {
    await Promise.resolve();
  }

  #pump(id: string): { readonly promise: Promise<void>; readonly resolve: () => void } {
    let pump = this.#drained.get(id);
    if (pump === undefined) {
      let resolve = (): void => undefined;
      const promise = new Promise<void>((done) => {
        resolve = done;
      });
      this.#drained.set(id, (pump = { promise, resolve }));
    }
    return pump;
  }
}
