import { firstStarts } from '../../../src/kubelet/core/plan/first-starts.js';
import { computePodActions } from '../../../src/kubelet/core/plan/pod-actions.js';
import { computePodStatus } from '../../../src/kubelet/core/status/pod-status.js';
import { probeTargets } from '../../../src/kubelet/core/probes/probe-targets.js';

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
    const began = performance.now();
    const plan = this.#core.decide(...about);
    this.ms += performance.now() - began;
    return plan;
  }

  status(...about: Parameters<Core['status']>): ReturnType<Core['status']> {
    this.steps += 1;
    const began = performance.now();
    const status = this.#core.status(...about);
    this.ms += performance.now() - began;
    return status;
  }

  firstStarts(...about: Parameters<Core['firstStarts']>): ReturnType<Core['firstStarts']> {
    this.steps += 1;
    const began = performance.now();
    const starts = this.#core.firstStarts(...about);
    this.ms += performance.now() - began;
    return starts;
  }

  probeTargets(...about: Parameters<Core['probeTargets']>): ReturnType<Core['probeTargets']> {
    const began = performance.now();
    const targets = this.#core.probeTargets(...about);
    this.ms += performance.now() - began;
    return targets;
  }
}
