import type { Pod } from '../api/schema/pod.js';
import type { Clock } from '../lib/clock.js';
import type { PodPlan } from './core/plan/pod-action.js';

/**
 * Since when a worker stops its pod: a grace counts from then, not from what made it necessary, which a slow engine tells of
 * late. Nothing is known of a stop that the worker met when it first looked: an earlier agent may have begun it.
 */
export class StopClock {
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** The stop of a pod that ended, or of one that is deleted, which is another one. On the monotonic clock. */
  #stopping: { readonly since: number; readonly deleted: boolean } | undefined;
  #seenAtRest = false;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** For a decision about the pod as it is now. @param now as the decision has it, epoch milliseconds */
  since(pod: Pod, now: number): number | undefined {
    if (!this.#seenAtRest) return undefined;
    const { deleted, since } = this.#stopping ?? {};
    return since === undefined || deleted !== isDeleted(pod) ? now : now - (this.#clock.monotonic() - since);
  }

  /** What was decided. */
  note(pod: Pod, { phase }: PodPlan): void {
    const deleted = isDeleted(pod);
    if (phase !== 'terminating') {
      this.#seenAtRest = true;
      this.#stopping = undefined;
    } else if (this.#stopping?.deleted !== deleted) {
      this.#stopping = { since: this.#clock.monotonic(), deleted };
    }
  }
}

const isDeleted = ({ metadata }: Pod): boolean => metadata.deletionTimestamp !== undefined;
