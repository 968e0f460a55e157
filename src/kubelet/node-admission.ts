import { isDeepStrictEqual } from 'node:util';
import type { Pod } from '../api/schema/pod.js';
import type { Clock } from '../lib/clock.js';
import type { Store } from '../store/store.js';
import { decidePlacement, isPlaced, refusal, unplacedStatus } from './core/node/placement.js';
import { isTerminalPhase } from './core/plan/termination.js';
import type { EventSink } from './events/event-sink.js';
import { publishStatus } from './status-manager.js';
import { CONFIG_SOURCE } from './static-pods/pod-source.js';

export interface NodeAdmissionOptions {
  readonly store: Store;
  readonly events: EventSink;
  readonly clock: Clock;
  /** Amounts by resource, `pods` among them. */
  readonly allocatable: Readonly<Record<string, string>>;
  /** The kernel of the engine's machine enforces AppArmor profiles. */
  readonly appArmor: boolean;
}

/** Static pods. */
const SOURCES = ['file', 'http'];

/** Who gets a part of the node: in the order in which workers ask, each with all those in mind that have theirs. */
export class NodeAdmission {
  readonly #options: NodeAdmissionOptions;
  /** Given a part that is not yet in their status. By uid. */
  readonly #granted = new Set<string>();

  constructor(options: NodeAdmissionOptions) {
    this.#options = options;
  }

  /** Gives the pod its part of the node, or publishes why it has none. @returns whether it may run */
  place(pod: Pod): boolean {
    const { allocatable, appArmor, clock, events, store } = this.#options;
    if (isPlaced(pod)) return true;
    const isStatic = SOURCES.includes(pod.metadata.annotations?.[CONFIG_SOURCE] ?? '');
    const placement =
      refusal(pod, appArmor) ?? decidePlacement(pod, { allocatable, others: this.others(pod) }, isStatic);
    if (placement.kind === 'fits') {
      this.#granted.add(pod.metadata.uid ?? '');
      return true;
    }
    const status = unplacedStatus(pod, placement, clock.now());
    if (isDeepStrictEqual(status, pod.status)) return false;
    publishStatus(store, pod, status);
    const reason = placement.kind === 'rejected' ? placement.reason : 'FailedScheduling';
    events.event(pod, 'Warning', reason, placement.message);
    return false;
  }

  /** All other pods that have their part of the node. */
  others({ metadata: { uid } }: Pod): readonly Pod[] {
    const all = this.#options.store.list<Pod>('Pod').items;
    const known = new Set(all.map((pod) => pod.metadata.uid ?? ''));
    for (const granted of this.#granted) if (!known.has(granted)) this.#granted.delete(granted);
    return all.filter((pod) => {
      const holds = isPlaced(pod) || this.#granted.has(pod.metadata.uid ?? '');
      return pod.metadata.uid !== uid && holds && !isTerminalPhase(pod.status?.phase);
    });
  }
}
