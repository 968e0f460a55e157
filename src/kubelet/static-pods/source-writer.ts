import { CONFIG_KINDS } from '../../api/config-object.js';
import type { Pod } from '../../api/schema/pod.js';
import { isAbort } from '../../lib/abort.js';
import type { Clock } from '../../lib/clock.js';
import { errorMessage } from '../../lib/errors.js';
import type { Logger } from '../../lib/logger.js';
import { Wake } from '../../lib/wake.js';
import { RESYNC_PERIOD_MS } from '../../options.js';
import { objectKey, type Store } from '../../store/store.js';
import type { EventSink } from '../events/event-sink.js';
import { requestPodDeletion } from '../pod-deletion.js';
import { ConfigWriter } from './config-writer.js';
import { CONFIG_SEEN, describeProblem, type PodSource, type Snapshot } from './pod-source.js';
import { reconcileSource } from './reconcile-source.js';

export interface SourceWriterOptions {
  readonly source: PodSource;
  readonly store: Store;
  /** Admits a pod and stores it. @throws KubeletteError with the reason why not */
  readonly createPod: (pod: Pod, uid?: string) => Pod;
  readonly events: EventSink;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The source's first snapshot is in the store: pods it does not want can be told from pods not yet seen. */
  readonly onDelivered: () => void;
}

/** Keeps the store's pods of one source as the source wants them, until the signal aborts. */
export async function runSourceWriter(options: SourceWriterOptions, signal: AbortSignal): Promise<void> {
  const writer = new SourceWriter(options);
  // One part failing ends the others.
  const stop = new AbortController();
  const inner = AbortSignal.any([signal, stop.signal]);
  const parts = [writer.read(inner), writer.watch(inner), writer.write(inner)].map(async (part) => {
    try {
      await part;
    } catch (error) {
      if (!isAbort(error, inner)) throw error;
    } finally {
      stop.abort();
    }
  });
  const results = await Promise.allSettled(parts);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/** A change that could not be made. */
interface Failure {
  readonly pod: Pod;
  readonly error: string;
}

const failureText = ({ error, pod }: Failure): string => `${objectKey(pod)}: ${error}`;

class SourceWriter {
  readonly #options: SourceWriterOptions;
  readonly #wake = new Wake();
  readonly #configs: ConfigWriter;
  #snapshot: Snapshot | undefined;
  #delivered = false;
  /** Told already: problems and failures as text, ignored pods by uid and name. */
  #told: ReadonlySet<string> = new Set();
  #ignored: ReadonlySet<string> = new Set();
  #failures: ReadonlySet<string> = new Set();

  constructor(options: SourceWriterOptions) {
    this.#options = options;
    this.#configs = new ConfigWriter(options.source.name, options.store, options.logger);
  }

  async read(signal: AbortSignal): Promise<void> {
    for await (const snapshot of this.#options.source.snapshots(signal)) {
      this.#tell(snapshot);
      this.#snapshot = snapshot;
      this.#wake.set();
    }
  }

  /** An object that went away may have kept its successor waiting; one that someone changed has to be changed back. */
  async watch(signal: AbortSignal): Promise<void> {
    await Promise.all((['Pod', ...CONFIG_KINDS] as const).map((kind) => this.#watchKind(kind, signal)));
  }

  async #watchKind(kind: string, signal: AbortSignal): Promise<void> {
    const { store, logger } = this.#options;
    while (!signal.aborted) {
      try {
        const changes = store.watch(kind, String(store.revision), signal)[Symbol.asyncIterator]();
        while ((await changes.next()).done !== true) this.#wake.set();
      } catch (error) {
        // Too far behind: nothing is lost, as the whole store is looked at each time.
        logger.debug({ err: error }, 'watching objects starts over');
      }
      this.#wake.set();
    }
  }

  async write(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#snapshot !== undefined) {
        this.#apply(this.#snapshot);
        if (!this.#delivered) this.#options.onDelivered();
        this.#delivered = true;
      }
      await this.#wake.wait(RESYNC_PERIOD_MS, this.#options.clock, signal);
    }
  }

  #apply(snapshot: Snapshot): void {
    const { source, store, clock, createPod } = this.#options;
    const stored = store.list<Pod>('Pod').items;
    const changes = reconcileSource({ source: source.name, desired: snapshot, stored });
    const now = clock.now();
    this.#configs.apply(snapshot, now);
    const failures: Failure[] = [];
    const attempt = (pod: Pod, change: (metadata: Pod['metadata']) => unknown): void => {
      // One pod's trouble is not another one's.
      try {
        change(pod.metadata);
      } catch (error) {
        failures.push({ pod, error: errorMessage(error) });
      }
    };
    for (const pod of changes.requestDeletion)
      attempt(pod, ({ namespace = '', name }) => requestPodDeletion(store, clock, namespace, name));
    for (const pod of changes.update) attempt(pod, () => store.update(pod));
    for (const pod of changes.create) attempt(pod, ({ uid }) => createPod(withSeen(pod, now), uid));
    this.#tellFailures(failures);
    this.#tellIgnored([...snapshot.duplicates, ...changes.conflicts]);
  }

  /** Once for as long as it lasts. The event is what a controller tells of a pod that it could not create. */
  #tellFailures(failures: readonly Failure[]): void {
    const { events, logger, source } = this.#options;
    for (const failure of failures) {
      if (this.#failures.has(failureText(failure))) continue;
      const { error, pod } = failure;
      logger.error({ source: source.name, pod: objectKey(pod), error }, 'pod of a manifest cannot be stored');
      events.event(pod, 'Warning', 'FailedCreate', `Error creating: ${error}`);
    }
    this.#failures = new Set(failures.map(failureText));
  }

  /** Once for each change, not once for each look. */
  #tell({ problems, warnings }: Snapshot): void {
    const { logger, source } = this.#options;
    const texts = new Set<string>();
    for (const [list, level] of [[problems, 'error'] as const, [warnings, 'warn'] as const]) {
      for (const problem of list) {
        const text = describeProblem(problem);
        if (!this.#told.has(text) && !texts.has(text))
          logger[level]({ source: source.name, error: text }, 'problem in a manifest');
        texts.add(text);
      }
    }
    this.#told = texts;
  }

  #tellIgnored(pods: readonly Pod[]): void {
    const { events, source } = this.#options;
    for (const pod of pods) {
      const { uid = '', name, namespace = '' } = pod.metadata;
      if (this.#ignored.has(`${uid} ${objectKey(pod)}`)) continue;
      events.event(
        pod,
        'Warning',
        'FailedValidation',
        `Error validating pod ${name}_${namespace}(${uid}) from ${source.name} due to duplicate pod name "${name}", ignoring`,
      );
    }
    this.#ignored = new Set(pods.map((pod) => `${pod.metadata.uid ?? ''} ${objectKey(pod)}`));
  }
}

const withSeen = (pod: Pod, now: number): Pod => ({
  ...pod,
  metadata: {
    ...pod.metadata,
    annotations: { ...pod.metadata.annotations, [CONFIG_SEEN]: new Date(now).toISOString() },
  },
});
