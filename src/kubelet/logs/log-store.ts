import type { PodIdentity, ObservedContainer } from '../../runtime/observed.js';

export interface LogReadOptions {
  readonly follow: boolean;
  /** Physical lines of the file counted from its end, before `sinceMs` is applied. */
  readonly tailLines?: number;
  /** Epoch milliseconds of the engine's clock; older lines are skipped, the boundary is inclusive. */
  readonly sinceMs?: number;
  /** Only what was written there; both when absent. */
  readonly stream?: 'stdout' | 'stderr';
  /** Prefix every line with its time. */
  readonly timestamps: boolean;
  /** Cuts the output, mid-line if need be; the timestamp prefix counts. */
  readonly limitBytes?: number;
}

/** Which file: one instance of one container of one pod. */
export interface LogReference {
  readonly pod: PodIdentity;
  readonly container: string;
  readonly attempt: number;
}

/**
 * One CRI-format file per container instance, fed by one pump each from the engine's log.
 * Layout: `<root>/pods/<namespace>_<pod>_<uid>/<container>/<attempt>.log`, links in `<root>/containers/`.
 */
export interface LogStore {
  /** Idempotent: starts or resumes the pump of this container instance. Returns at once. */
  follow(pod: PodIdentity, container: ObservedContainer): void;
  /**
   * Resolves when the pump has stored everything the engine had, or `withinMs` passed. Never rejects but by abort.
   * @returns whether it has
   */
  drained(containerId: string, withinMs: number, signal: AbortSignal): Promise<boolean>;
  /**
   * Resolves when everything the engine had of this live container at the moment of the call is stored, or `withinMs`
   * passed. Never rejects but by abort.
   */
  caughtUp(containerId: string, withinMs: number, signal: AbortSignal): Promise<void>;
  /** The raw text of the container, as `kubectl logs` prints it. `running` ends a follow once it says false. */
  read(
    reference: LogReference,
    options: LogReadOptions,
    running: () => boolean,
    signal: AbortSignal,
  ): AsyncIterable<Buffer>;
  /** The last bytes of the instance's text: the newest 80 lines, 2048 bytes at most. For termination messages. */
  tail(reference: LogReference, lines: number, bytes: number): Promise<string>;
  /** Removes the files and links of one container instance (its pump must have drained). */
  removeInstance(reference: LogReference, containerId: string): Promise<void>;
  /** Removes everything of the pod. */
  removePod(pod: PodIdentity): Promise<void>;
  /** Highest attempt that has a file in the container's directory, or undefined. */
  highestAttempt(pod: PodIdentity, container: string): Promise<number | undefined>;
  /** Stops all pumps; what was stored stays. */
  stop(): Promise<void>;
}
