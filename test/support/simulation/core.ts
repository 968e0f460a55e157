import { computePodActions } from '../../../src/kubelet/core/pod-actions.js';
import { computePodStatus } from '../../../src/kubelet/core/pod-status.js';

/** What the agent asks of the core: all that is decided in a life is decided by these. */
export interface Core {
  readonly decide: typeof computePodActions;
  readonly status: typeof computePodStatus;
}

export const CORE: Core = { decide: computePodActions, status: computePodStatus };

/** A core that is watched at its work. */
export class WatchedCore implements Core {
  /** Decisions and statuses, each counted as one. */
  steps = 0;
  /** How long it took for them, by the clock on the wall. */
  ms = 0;
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  decide(...about: Parameters<Core['decide']>): ReturnType<Core['decide']> {
    return this.#watched(() => this.#core.decide(...about));
  }

  status(...about: Parameters<Core['status']>): ReturnType<Core['status']> {
    return this.#watched(() => this.#core.status(...about));
  }

  #watched<T>(work: () => T): T {
    const began = performance.now();
    const outcome = work();
    this.ms += performance.now() - began;
    this.steps += 1;
    return outcome;
  }
}
