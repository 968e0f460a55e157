import type { Event, ObjectReference } from '../../api/schema/event.js';
import type { KubeObject } from '../../api/schema/meta.js';
import type { Clock } from '../../lib/clock.js';
import type { Logger } from '../../lib/logger.js';
import { EVENT_TTL_MS } from '../../options.js';
import type { Store } from '../../store/store.js';
import { toRfc3339 } from '../../lib/time.js';
import { EventCorrelator, type CorrelatedEvent } from './event-correlator.js';
import type { EventSink } from './event-sink.js';

/** Longer messages are cut. Source: apimachinery events/v1 validation, noteLengthLimit */
const MESSAGE_LIMIT_BYTES = 1_024;
const COMPONENT = 'kubelet';

/** Writes what happens to objects into the store, where `kubectl describe` and `kubectl get events` find it. */
export class EventRecorder implements EventSink {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #nodeName: string;
  readonly #correlator = new EventCorrelator();
  #lastNanos = 0n;

  constructor(options: {
    readonly store: Store;
    readonly clock: Clock;
    readonly logger: Logger;
    readonly nodeName: string;
  }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#nodeName = options.nodeName;
  }

  /**
   * Tell about something that happened to `about`. Never throws: what it tells of matters more than the telling.
   *
   * @param fieldPath names the container: `spec.containers{web}`
   */
  event(about: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string, fieldPath?: string): void {
    try {
      const now = this.#clock.now();
      const involvedObject = referenceTo(about, fieldPath);
      const occurrence = { involvedObject, type, reason, message: shortened(message) };
      const event = this.#correlator.correlate(occurrence, this.#nameFor(about, now), now);
      if (event !== undefined) this.#write(event);
    } catch (error) {
      this.#logger.warn({ object: about.metadata.name, reason, err: error }, 'event was not recorded');
    }
  }

  /** Forgets events that have not happened again for an hour. Call it every few minutes; never throws. */
  sweep(): void {
    const oldest = this.#clock.now() - EVENT_TTL_MS;
    for (const event of this.#store.list<Event>('Event').items) {
      const seenMs = Date.parse(event.lastTimestamp ?? event.metadata.creationTimestamp ?? '');
      if (seenMs < oldest) this.#store.remove('Event', `${event.metadata.namespace ?? ''}/${event.metadata.name}`);
    }
  }

  #write(correlated: CorrelatedEvent): void {
    const event = this.#toObject(correlated);
    const stored = this.#store.get<Event>('Event', `${event.metadata.namespace ?? ''}/${event.metadata.name}`);
    // One that is counted up may have been deleted or forgotten meanwhile: it comes back with its count.
    if (stored === undefined) this.#store.create(event);
    else this.#store.update(event);
  }

  #toObject(event: CorrelatedEvent): Event {
    return {
      apiVersion: 'v1',
      kind: 'Event',
      // Events about things without a namespace live in `default`, as upstream.
      metadata: { name: event.name, namespace: event.involvedObject.namespace ?? 'default' },
      involvedObject: event.involvedObject,
      reason: event.reason,
      message: event.message,
      source: { component: COMPONENT, host: this.#nodeName },
      firstTimestamp: toRfc3339(event.firstMs),
      lastTimestamp: toRfc3339(event.lastMs),
      count: event.count,
      type: event.type,
      reportingComponent: COMPONENT,
      reportingInstance: this.#nodeName,
    };
  }

  /** `<object>.<nanoseconds in hexadecimal>`; our clock has milliseconds, so the rest of the digits counts. */
  #nameFor(about: KubeObject, now: number): string {
    const nanos = BigInt(Math.trunc(now)) * 1_000_000n;
    this.#lastNanos = nanos > this.#lastNanos ? nanos : this.#lastNanos + 1n;
    return `${about.metadata.name}.${this.#lastNanos.toString(16)}`;
  }
}

function referenceTo({ apiVersion, kind, metadata }: KubeObject, fieldPath: string | undefined): ObjectReference {
  const { namespace, name, uid, resourceVersion } = metadata;
  return {
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    ...(uid === undefined ? {} : { uid }),
    apiVersion,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(fieldPath === undefined ? {} : { fieldPath }),
  };
}

/** At most 1024 bytes of UTF-8, no character torn. */
function shortened(message: string): string {
  if (Buffer.byteLength(message) <= MESSAGE_LIMIT_BYTES) return message;
  const bytes = Buffer.from(message).subarray(0, MESSAGE_LIMIT_BYTES - 3);
  return `${bytes.toString('utf8').replace(/\uFFFD$/u, '')}...`;
}
