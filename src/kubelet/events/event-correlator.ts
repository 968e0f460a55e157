import type { ObjectReference } from '../../api/schema/event.js';

/** So many different messages for one reason within the interval become one event. Source: client-go events_cache.go */
const AGGREGATION_LIMIT = 10;
export const AGGREGATION_INTERVAL_MS = 600_000;
/** An object may cause this many events at once, and then one more each refill. */
export const SPAM_BURST = 25;
export const SPAM_REFILL_MS = 300_000;
/** What is remembered at most, of each kind; the longest unused goes first. */
const CACHE_LIMIT = 4_096;

/** Something worth telling, before it is an Event object. */
export interface Occurrence {
  readonly involvedObject: ObjectReference;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** The Event this occurrence is to be stored as: a new one with count 1, or the named earlier one counted up. */
export interface CorrelatedEvent extends Occurrence {
  readonly name: string;
  /** Epoch milliseconds. */
  readonly firstMs: number;
  readonly lastMs: number;
  readonly count: number;
}

/**
 * Decides what becomes of each occurrence: repeats are counted on one event, many similar ones are combined, and an object
 * that floods is cut off. Deterministic: all it knows is what it was told.
 *
 * Source: client-go tools/record/events_cache.go
 */
export class EventCorrelator {
  readonly #similar = new Recent<{ readonly messages: Set<string>; lastMs: number }>(CACHE_LIMIT);
  readonly #events = new Recent<{ name: string; firstMs: number; count: number }>(CACHE_LIMIT);
  readonly #buckets = new Recent<{ tokens: number; sinceMs: number }>(CACHE_LIMIT);

  /**
   * @param newName for the event, should it become a new one
   * @param now epoch milliseconds; time that goes backwards counts as standing still
   * @returns undefined when the object has caused too many events
   */
  correlate(occurrence: Occurrence, newName: string, now: number): CorrelatedEvent | undefined {
    const { event, key } = this.#combine(occurrence, now);
    const known = this.#events.get(key) ?? { name: newName, firstMs: now, count: 0 };
    known.count += 1;
    this.#events.set(key, known);
    // Counted even if not told: upstream does, and the next one that passes carries the true number.
    if (!this.#mayPass(occurrence.involvedObject, now)) return undefined;
    return { ...event, name: known.name, firstMs: known.firstMs, lastMs: now, count: known.count };
  }

  /** The occurrence as it is, or as one of many of its kind. */
  #combine(occurrence: Occurrence, now: number): { event: Occurrence; key: string } {
    const { involvedObject, type, reason, message } = occurrence;
    const similarKey = keyOf([...identityOf(involvedObject), type, reason]);
    let similar = this.#similar.get(similarKey);
    if (similar === undefined || now - similar.lastMs > AGGREGATION_INTERVAL_MS)
      similar = { messages: new Set(), lastMs: now };
    similar.lastMs = now;
    this.#similar.set(similarKey, similar);

    similar.messages.add(message);
    if (similar.messages.size < AGGREGATION_LIMIT)
      return { event: occurrence, key: keyOf([similarKey, involvedObject.fieldPath, message]) };
    // The set stays one below the limit, so it cannot grow and the next new message is combined, too.
    similar.messages.delete(message);
    return { event: { ...occurrence, message: `(combined from similar events): ${message}` }, key: similarKey };
  }

  /** A token bucket for each object, whatever it is that happens to it. */
  #mayPass(about: ObjectReference, now: number): boolean {
    const key = keyOf(identityOf(about));
    const bucket = this.#buckets.get(key) ?? { tokens: SPAM_BURST, sinceMs: now };
    const elapsedMs = Math.max(0, now - bucket.sinceMs);
    const tokens = Math.min(SPAM_BURST, bucket.tokens + elapsedMs / SPAM_REFILL_MS);
    const passes = tokens >= 1;
    this.#buckets.set(key, { tokens: passes ? tokens - 1 : tokens, sinceMs: now });
    return passes;
  }
}

/** A map that forgets what has not been used for the longest time. */
class Recent<V> {
  readonly #limit: number;
  readonly #values = new Map<string, V>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string): V | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: V): void {
    // A map keeps the order of insertion: what is used moves to the end.
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size <= this.#limit) return;
    for (const oldest of this.#values.keys()) {
      this.#values.delete(oldest);
      return;
    }
  }
}

const identityOf = ({ kind, namespace, name, uid, apiVersion }: ObjectReference): (string | undefined)[] => [
  kind,
  namespace,
  name,
  uid,
  apiVersion,
];

const keyOf = (parts: readonly (string | undefined)[]): string => JSON.stringify(parts);
