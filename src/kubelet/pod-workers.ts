import type { Pod } from '../api/schema/pod.js';
import { abortable } from '../lib/abort.js';
import type { Logger } from '../lib/logger.js';
import { parseRfc3339 } from '../lib/time.js';
import type { Store } from '../store/store.js';
import { isWaiting } from './core/node/placement.js';
import { concernsWorker } from './core/plan/concerns-worker.js';
import { isTerminalPhase } from './core/plan/termination.js';
import { PodWorker } from './pod-worker.js';
import { followConfig } from './stored-config.js';
import type { SyncPorts } from './sync-ports.js';
import { followClaims } from './volumes/follow-claims.js';

export interface PodWorkersOptions {
  readonly ports: SyncPorts;
  readonly hostIP: string;
  readonly logger: Logger;
  readonly random: () => number;
}

interface Running {
  readonly worker: PodWorker;
  readonly done: Promise<void>;
}

/**
 * One worker per pod UID, for every pod that is wanted or still has containers. Two pods of one name, the old one
 * terminating and its successor, are two workers that know nothing of each other.
 */
export class PodWorkers {
  readonly #options: PodWorkersOptions;
  readonly #store: Store;
  readonly #running = new Map<string, Running>();
  readonly #pods = new Map<string, Pod>();
  readonly #stop = new AbortController();

  constructor(options: PodWorkersOptions) {
    this.#options = options;
    this.#store = options.ports.store;
  }

  /** Follows the store until abort: a new pod gets a worker, a change of it or its configuration wakes it, a deletion pre-empts it. */
  async run(signal: AbortSignal): Promise<void> {
    const onConfig = (pod: Pod): void => this.#configChanged(pod);
    await Promise.all([
      this.#followPods(signal),
      followConfig(this.#store, onConfig, signal),
      followClaims(this.#store, onConfig, signal),
    ]);
  }

  /** The engine may have something new about this pod. Unknown pods are nobody's business here. */
  wake(uid: string): void {
    this.#running.get(uid)?.worker.wake();
  }

  wakeAll(): void {
    for (const { worker } of this.#running.values()) worker.wake();
  }

  /** Containers that no wanted pod explains: a worker without a pod removes them. */
  removeOrphan(uid: string): void {
    if (!this.#pods.has(uid)) this.#ensure(uid);
  }

  /** Wanted, or being worked on. */
  knows(uid: string): boolean {
    return this.#running.has(uid) || this.#pods.has(uid);
  }

  /** Resolves when no pod is wanted and none is being worked on. Rejects on abort. */
  async idle(signal: AbortSignal): Promise<void> {
    while (this.#pods.size > 0 || this.#running.size > 0) {
      const working = [...this.#running.values()].map(({ done }) => done);
      // Every wanted pod has a worker until the workers are stopped.
      if (working.length === 0) return;
      await abortable(Promise.race(working), signal);
    }
  }

  /** Ends all workers where they are; the containers stay as they are. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('the agent stops'));
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  async #followPods(signal: AbortSignal): Promise<void> {
    const { items, resourceVersion } = this.#store.list<Pod>('Pod');
    for (const pod of items) this.#changed(pod);
    for await (const { object, type } of this.#store.watch<Pod>('Pod', resourceVersion, signal)) {
      if (type === 'DELETED') this.#deleted(object);
      else this.#changed(object);
    }
  }

  #configChanged({ metadata: { uid = '' } }: Pod): void {
    this.#running.get(uid)?.worker.configChanged();
  }

  #changed(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    const before = this.#pods.get(uid);
    this.#pods.set(uid, pod);
    if (isTerminalPhase(pod.status?.phase) && !isTerminalPhase(before?.status?.phase)) this.#roomWasMade();
    const isNew = !this.#running.has(uid);
    if (isNew) this.#place(uid);
    const { worker } = this.#ensure(uid);
    // A new worker begins with a look of its own.
    if (isNew) return;
    if (deadline(pod) < (before === undefined ? Infinity : deadline(before))) worker.preempt();
    else if (before === undefined || concernsWorker(before, pod)) worker.wake();
  }

  #deleted(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    this.#pods.delete(uid);
    this.#roomWasMade();
    this.#ensure(uid).worker.preempt();
  }

  /** Somebody may fit now who did not. */
  #roomWasMade(): void {
    for (const [uid, pod] of this.#pods) {
      if (!isWaiting(pod)) continue;
      this.#place(uid);
      this.wake(uid);
    }
  }

  /**
   * Who came first is asked first: workers ask when they have looked at the engine, which is in any order. The order is
   * the scheduler's queue, pkg/scheduler/backend/queue.
   */
  #place(uid: string): void {
    const pod = this.#find(uid);
    if (pod !== undefined && pod.metadata.deletionTimestamp === undefined && !isTerminalPhase(pod.status?.phase))
      this.#options.ports.admission?.place(pod);
  }

  #ensure(uid: string): Running {
    const running = this.#running.get(uid);
    if (running !== undefined) return running;
    const worker = new PodWorker({ ...this.#options, uid, find: () => this.#find(uid) });
    const done = worker
      .run(this.#stop.signal)
      .catch((error: unknown) => this.#options.logger.error({ uid, error }, 'pod worker ended unexpectedly'))
      .finally(() => {
        this.#running.delete(uid);
        if (this.#pods.has(uid) && !this.#stop.signal.aborted) this.#ensure(uid);
      });
    const entry = { worker, done };
    this.#running.set(uid, entry);
    return entry;
  }

  /** The store's word, not the watch's: a decision never rests on an event that is still on its way. */
  #find(uid: string): Pod | undefined {
    const known = this.#pods.get(uid);
    if (known === undefined) return undefined;
    const stored = this.#store.get<Pod>('Pod', `${known.metadata.namespace ?? 'default'}/${known.metadata.name}`);
    return stored?.metadata.uid === uid ? stored : undefined;
  }
}

/** When the pod has to be gone; Infinity while nobody asked. */
const deadline = (pod: Pod): number => parseRfc3339(pod.metadata.deletionTimestamp) ?? Infinity;
