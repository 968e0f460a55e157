import { firstStarts } from '../../../src/kubelet/core/first-starts.js';
import { computePodActions } from '../../../src/kubelet/core/pod-actions.js';
import { computePodStatus } from '../../../src/kubelet/core/pod-status.js';
import { probeTargets } from '../../../src/kubelet/core/probe-targets.js';

/** What the agent asks of the core: all that is decided in a life is decided by these. */
export interface Core {
  readonly decide: typeof computePodActions;
  readonly status: typeof computePodStatus;
  readonly firstStarts: typeof firstStarts;
  readonly probeTargets: typeof probeTargets;
}

export const CORE: Core = {
  decide: computePodActions,
  status: computePodStatus,
  firstStarts,
  probeTargets,
};

/** A core that is watched at its work. */
export class WatchedCore implements Core {
  /** Decisions and statuses, each counted as one; whom to probe is not. */
  steps = 0;
  /** How long it took for all of them, by the clock on the wall. */
  ms = 0;
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  decide(...about: Parameters<Core['decide']>): ReturnType<Core['decide']> {
    this.steps += 1;
    return this.#timed(() => this.#core.decide(...about));
  }

  status(...about: Parameters<Core['status']>): ReturnType<Core['status']> {
    this.steps += 1;
    return this.#timed(() => this.#core.status(...about));
  }

  firstStarts(...about: Parameters<Core['firstStarts']>): ReturnType<Core['firstStarts']> {
    this.steps += 1;
    return this.#timed(() => this.#core.firstStarts(...about));
  }

  probeTargets(...about: Parameters<Core['probeTargets']>): ReturnType<Core['probeTargets']> {
    return this.#timed(() => this.#core.probeTargets(...about));
  }

  #timed<T>(work: () => T): T {
    const began = performance.now();
    const outcome = work();
    this.ms += performance.now() - began;
    return outcome;
  }
}
