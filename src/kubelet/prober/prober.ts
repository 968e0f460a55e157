import pLimit from 'p-limit';
import type { Clock } from '../../lib/clock.js';
import type { Logger } from '../../lib/logger.js';
import type { ObservedPod } from '../../runtime/observed.js';
import type { ContainerRuntime, EngineInfo } from '../../runtime/runtime.js';
import type { RuntimeStreams } from '../../runtime/streams.js';
import type { ProbeKind, ProbeResult, ProbeSnapshot } from '../core/probes/probe-state.js';
import type { ProbeTarget } from '../core/probes/probe-targets.js';
import type { EventSink } from '../events/event-sink.js';
import { probeHandler, type ProbeTools } from './handlers.js';
import { runProbeWorker } from './probe-worker.js';

export interface ProberOptions {
  readonly runtime: Pick<ContainerRuntime, 'takesWork'>;
  readonly streams: RuntimeStreams;
  readonly events: EventSink;
  readonly clock: Clock;
  readonly engine: Pick<EngineInfo, 'podNetwork' | 'clockSkewMs'>;
  readonly logger: Logger;
  readonly random: () => number;
  /** A probe of this pod has another result than before. */
  readonly onChange: (uid: string) => void;
}

interface Running {
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

/** One pod's part. */
interface Probed {
  /** Loops by what they probe. */
  readonly running: Map<string, Running>;
  /** Loops that were told to end and still clean up. */
  readonly ending: Map<string, Promise<void>>;
  /** By container id. */
  readonly results: Map<string, { readonly startedAt: number; readonly of: Partial<Record<ProbeKind, ProbeResult>> }>;
}

/** Commands the engine starts at a time for probes; each costs it some 50 ms of a core. */
const STARTS_AT_A_TIME = 8;

/**
 * Keeps the probes going that the pod workers find wanted, and has their results. It decides nothing: what is probed is
 * computed from facts in each round, and results only wake the pod's worker. Kubelet: prober_manager.go.
 */
export class Prober {
  readonly #options: ProberOptions;
  readonly #tools: ProbeTools;
  readonly #pods = new Map<string, Probed>();
  /** Forgotten, but not all of their loops have ended. */
  readonly #leaving = new Set<Probed>();
  readonly #began: number;

  constructor(options: ProberOptions) {
    this.#options = options;
    const { clock, engine, runtime, streams } = options;
    this.#tools = {
      streams,
      clock,
      podNetwork: engine.podNetwork,
      engineAnswers: async (signal) => runtime.takesWork(signal),
      admit: pLimit(STARTS_AT_A_TIME),
    };
    this.#began = clock.now() + engine.clockSkewMs;
  }

  /** From now on exactly these are probed; results of instances that are not there any more are forgotten. */
  track(observed: ObservedPod, targets: readonly ProbeTarget[]): void {
    const { uid } = observed;
    const known = this.#pods.get(uid);
    if (known === undefined && targets.length === 0) return;
    const pod: Probed = known ?? { running: new Map(), ending: new Map(), results: new Map() };
    this.#pods.set(uid, pod);
    const instances = new Map(observed.containers.map(({ id, startedAt }) => [id, startedAt]));
    for (const [id, { startedAt }] of pod.results) {
      if (instances.get(id) !== startedAt) pod.results.delete(id);
    }
    const wanted = new Map(targets.map((target) => [keyOf(target), target]));
    for (const key of pod.running.keys()) if (!wanted.has(key)) this.#end(pod, key);
    for (const [key, target] of wanted) if (!pod.running.has(key)) pod.running.set(key, this.#start(uid, pod, target));
  }

  snapshot(uid: string): ProbeSnapshot {
    const results = this.#pods.get(uid)?.results;
    return new Map([...(results ?? [])].map(([id, { of }]) => [id, { ...of }]));
  }

  /** The pod is gone. */
  forget(uid: string): void {
    const pod = this.#pods.get(uid);
    if (pod === undefined) return;
    for (const key of pod.running.keys()) this.#end(pod, key);
    this.#pods.delete(uid);
    this.#leaving.add(pod);
    void Promise.all(pod.ending.values()).then(() => this.#leaving.delete(pod));
  }

  /** Ends all probes where they are. Resolves when no command of theirs is left, as far as the engine allows. */
  async stop(): Promise<void> {
    for (const uid of [...this.#pods.keys()]) this.forget(uid);
    await Promise.all([...this.#leaving].flatMap(({ ending }) => [...ending.values()]));
  }

  #end(pod: Probed, key: string): void {
    const running = pod.running.get(key);
    if (running === undefined) return;
    running.stop.abort(new Error('this probe is no longer wanted'));
    pod.running.delete(key);
    pod.ending.set(key, running.done);
    void running.done.then(() => {
      if (pod.ending.get(key) === running.done) pod.ending.delete(key);
    });
  }

  #start(uid: string, pod: Probed, target: ProbeTarget): Running {
    const { clock, engine, events, logger, onChange, random } = this.#options;
    const { containerId, kind, startedAt } = target;
    const stop = new AbortController();
    const onResult = (result: ProbeResult): void => {
      if (stop.signal.aborted) return;
      const before = pod.results.get(containerId)?.of ?? {};
      pod.results.set(containerId, { startedAt, of: { ...before, [kind]: result } });
      logger.debug({ uid, container: target.container.name, probe: kind, result }, 'probe result');
      onChange(uid);
    };
    const worker = {
      target,
      handler: probeHandler(target, this.#tools),
      events,
      clock,
      clockSkewMs: engine.clockSkewMs,
      adopted: startedAt < this.#began,
      random: random(),
      onResult,
    };
    // Wanted again while the last one has not ended: its command may still run.
    const before = pod.ending.get(keyOf(target)) ?? Promise.resolve();
    const done = before
      .then(async () => runProbeWorker(worker, stop.signal))
      .catch((error: unknown) => logger.error({ uid, probe: kind, err: error }, 'probe ended unexpectedly'));
    return { stop, done };
  }
}

const keyOf = ({ containerId, kind, startedAt }: ProbeTarget): string => `${kind} ${containerId}@${startedAt}`;
