import { isDeepStrictEqual } from 'node:util';
import type { Lease } from '../../api/schema/lease.js';
import type { KubeObject } from '../../api/schema/meta.js';
import type { Node } from '../../api/schema/node.js';
import { isAbort } from '../../lib/abort.js';
import { atMost } from '../../lib/at-most.js';
import type { Clock } from '../../lib/clock.js';
import { errorMessage } from '../../lib/errors.js';
import type { Logger } from '../../lib/logger.js';
import type { HostImage, HostInfo, HostService } from '../../runtime/host.js';
import type { Store } from '../../store/store.js';
import type { EventSink } from '../events/event-sink.js';
import { conditionEvents } from './node-conditions.js';
import { computeLease, LEASE_NAMESPACE } from './node-lease.js';
import { computeNode, withoutHeartbeats } from './node-object.js';

/** Source: kubelet nodeStatusUpdateFrequency, nodeStatusReportFrequency; leases are renewed at a quarter of their duration. */
const UPDATE_PERIOD_MS = 10_000;
const REPORT_PERIOD_MS = 300_000;
/** What the engine says about its machine is asked for this often. */
const HOST_PERIOD_MS = 60_000;
/** So long a look waits for that. A busy engine takes longer, and is heard out beside the looks that come. */
const HOST_PATIENCE_MS = 5_000;

export interface NodeControllerOptions {
  readonly store: Store;
  readonly events: EventSink;
  readonly host: HostService;
  /** Does the engine answer? The PLEG knows. */
  readonly healthy: () => boolean;
  readonly nodeName: string;
  readonly hostIP: string;
  /** As `kubectl get nodes` shows it. */
  readonly kubeletVersion: string;
  /** Absent: `DEFAULT_MAX_PODS`. */
  readonly maxPods?: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Keeps the Node object and its Lease: looked at every 10 s, the Node written when something changed. */
export class NodeController {
  readonly #options: NodeControllerOptions;
  #host: HostInfo | undefined;
  #images: readonly HostImage[] = [];
  /** Until it has said it all. Never rejects. */
  #asking: Promise<unknown> | undefined;
  /** On the monotonic clock. */
  #askHostAt = -Infinity;
  #reportAt = -Infinity;

  constructor(options: NodeControllerOptions) {
    this.#options = options;
  }

  /** Runs until abort. An engine that is away makes the node not ready, nothing else. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#options;
    this.#event('Starting', 'Starting kubelet.');
    while (!signal.aborted) {
      try {
        await this.#askHost(signal);
        this.#publish();
      } catch (error) {
        if (isAbort(error, signal)) return;
        logger.warn({ error: errorMessage(error) }, 'node status was not updated, will be retried');
      }
      try {
        await clock.sleep(UPDATE_PERIOD_MS, signal);
      } catch {
        return;
      }
    }
  }

  async #askHost(signal: AbortSignal): Promise<void> {
    const { clock, healthy } = this.#options;
    // A call to an engine that hangs would hold up the news that it does.
    if (!healthy() || this.#asking !== undefined || clock.monotonic() < this.#askHostAt) return;
    this.#asking = this.#ask(signal).finally(() => {
      this.#asking = undefined;
    });
    await atMost(HOST_PATIENCE_MS, this.#asking, clock, signal);
  }

  /** Either of the two is worth something without the other: many images take long to count. */
  async #ask(signal: AbortSignal): Promise<unknown> {
    const { clock, host, logger } = this.#options;
    const unsaid = (error: unknown): void => {
      if (!isAbort(error, signal))
        logger.debug({ error: errorMessage(error) }, 'the engine did not say what it runs on');
    };
    const machine = host.info(signal).then((said) => {
      this.#host = said;
      this.#askHostAt = clock.monotonic() + HOST_PERIOD_MS;
    });
    const images = host.images(signal).then((said) => {
      this.#images = said;
    });
    return Promise.all([machine.catch(unsaid), images.catch(unsaid)]);
  }

  #publish(): void {
    const { clock, healthy, hostIP, kubeletVersion, maxPods, nodeName, store } = this.#options;
    const stored = store.get<Node>('Node', nodeName);
    const facts = {
      nodeName,
      hostIP,
      kubeletVersion,
      images: this.#images,
      healthy: healthy(),
      ...(maxPods === undefined ? {} : { maxPods }),
      ...(this.#host === undefined ? {} : { host: this.#host }),
    };
    const node = computeNode(facts, stored, clock.now());
    const written = this.#write(stored, node);
    const lease = store.get<Lease>('Lease', `${LEASE_NAMESPACE}/${nodeName}`);
    put(store, lease, computeLease(written, lease, clock.now()));
    for (const { reason } of conditionEvents(stored?.status?.conditions ?? [], node.status?.conditions ?? [])) {
      this.#event(reason, `Node ${nodeName} status is now: ${reason}`);
    }
  }

  /** Every write wakes whoever watches nodes: heartbeats alone are told of every five minutes. */
  #write(stored: Node | undefined, node: Node): Node {
    const { clock, store } = this.#options;
    const now = clock.monotonic();
    const same = stored !== undefined && isDeepStrictEqual(withoutHeartbeats(stored), withoutHeartbeats(node));
    if (same && now < this.#reportAt) return stored;
    this.#reportAt = now + REPORT_PERIOD_MS;
    return put(store, stored, node);
  }

  /** The kubelet names the node in its events by a uid that is the name; `kubectl describe node` looks for both. */
  #event(reason: string, message: string): void {
    const { events, nodeName } = this.#options;
    const about: KubeObject = { apiVersion: 'v1', kind: 'Node', metadata: { name: nodeName, uid: nodeName } };
    events.event(about, 'Normal', reason, message);
  }
}

const put = <T extends KubeObject>(store: Store, stored: T | undefined, object: T): T =>
  stored === undefined ? store.create(object) : store.update(object);
