import type { KubeObject } from '../api/schema/meta.js';
import { historyGone } from './object-errors.js';
import type { WatchEvent } from './store.js';

export interface Change extends WatchEvent<KubeObject> {
  /** The store's revision after this change. */
  readonly revision: number;
}

/**
 * The last changes of a store in one ring that all watchers share. A watcher is nothing but a position: a slow one costs
 * no memory and delays nobody, and ends with an error once its position has been overwritten.
 */
export class ChangeHistory {
  readonly #capacity: number;
  readonly #ring: WatchEvent<KubeObject>[] = [];
  readonly #waiting = new Set<() => void>();
  /** Changes after this revision are in the ring. */
  #since: number;
  #latest: number;

  /** @param revision of the store now; earlier changes are unknown. */
  constructor(capacity: number, revision: number) {
    this.#capacity = capacity;
    this.#since = revision;
    this.#latest = revision;
  }

  /** @param change must have the revision after the latest one. */
  add({ revision, ...event }: Change): void {
    this.#ring[revision % this.#capacity] = event;
    this.#latest = revision;
    this.#since = Math.max(this.#since, this.#latest - this.#capacity);
    for (const resume of this.#waiting) resume();
  }

  /**
   * Changes of one kind after revision `since`, each once and in order, until the signal aborts. The iterator returns the
   * revision it has looked at last, of whatever kind, so that one can go on from there.
   *
   * @throws Conflict with reason `Gone`: at once for a revision that is not kept or not yet there, later for a reader
   *   that fell behind.
   */
  follow(kind: string, since: number, signal: AbortSignal): AsyncIterable<WatchEvent<KubeObject>, string> {
    this.#check(since);
    return this.#follow(kind, since, signal);
  }

  async *#follow(kind: string, since: number, signal: AbortSignal): AsyncGenerator<WatchEvent<KubeObject>, string> {
    let position = since;
    while (!signal.aborted) {
      const next = this.read(kind, position, this.#latest, 1);
      position = next.position;
      const [event] = next.events;
      if (event === undefined) await this.changed(position, signal);
      else yield event;
    }
    return String(position);
  }

  /**
   * Changes of one kind after revision `since` up to `until`, as far as there are any, and the revision that was looked at last.
   * @throws Conflict with reason `Gone`
   */
  read(
    kind: string,
    since: number,
    until: number,
    limit: number,
  ): { readonly events: readonly WatchEvent<KubeObject>[]; readonly position: number } {
    this.#check(since);
    const events: WatchEvent<KubeObject>[] = [];
    let position = since;
    const last = Math.min(until, this.#latest);
    while (position < last && events.length < limit) {
      position += 1;
      const event = this.#ring[position % this.#capacity];
      if (event?.object.kind === kind) events.push(event);
    }
    return { events, position };
  }

  #check(position: number): void {
    if (!(position >= this.#since && position <= this.#latest)) throw historyGone(position, this.#since);
  }

  /** Returns as soon as there is a change after `since`, or on abort. Nothing stays behind of one that never comes. */
  async changed(since: number, signal: AbortSignal): Promise<void> {
    if (since !== this.#latest || signal.aborted) return;
    let resume = (): void => undefined;
    const changed = new Promise<void>((resolve) => {
      resume = () => resolve();
    });
    this.#waiting.add(resume);
    signal.addEventListener('abort', resume, { once: true });
    try {
      await changed;
    } finally {
      this.#waiting.delete(resume);
      signal.removeEventListener('abort', resume);
    }
  }
}
