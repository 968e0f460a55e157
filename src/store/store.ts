/* eslint-disable @typescript-eslint/no-unnecessary-type-parameters -- the caller names the type that belongs to the kind */
import type { KubeObject } from '../api/schema/meta.js';

export type WatchEvent<T> = {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: T;
  /** What was stored before, of a `MODIFIED` one: whoever selects objects has to know whether it was one of them. */
  readonly previous?: T;
};

/** Some changes, in order. */
export interface Changes {
  readonly events: readonly WatchEvent<KubeObject>[];
  readonly resourceVersion: string;
}

export interface ListOptions {
  readonly namespace?: string;
}

/**
 * The objects of the agent: revisioned, watchable, in memory. Objects are deep-frozen on write, so readers share them.
 * Reads and writes are synchronous, so optimistic concurrency is exact and no locks are needed.
 *
 * A key is `namespace/name`, or `name` for cluster-scoped kinds.
 */
export interface Store {
  /** Grows by one with every change; an object's resourceVersion is the revision of its last change. */
  readonly revision: number;
  get<T extends KubeObject>(kind: string, key: string): T | undefined;
  list<T extends KubeObject>(
    kind: string,
    options?: ListOptions,
  ): { readonly items: readonly T[]; readonly resourceVersion: string };
  /** Fills uid and creationTimestamp where absent. @throws `AlreadyExists` */
  create<T extends KubeObject>(object: T): T;
  /** @throws `NotFound`; `Conflict` when the object's resourceVersion is set and stale, or its uid another */
  update<T extends KubeObject>(object: T): T;
  /** @throws `NotFound`; `Conflict` when a precondition does not hold */
  remove(kind: string, key: string, preconditions?: { readonly uid?: string; readonly resourceVersion?: string }): void;
  /**
   * Everything after `since`, then live, until `signal` aborts (ends, does not throw). Events are never merged or lost;
   * a reader that stays more than the kept history behind is ended with an error. @throws `Gone`-detailed `Conflict`
   * when `since` is older than the kept history
   * @returns whose iterator, when it ends, returns the resourceVersion up to which everything was told
   */
  watch<T extends KubeObject>(kind: string, since: string, signal: AbortSignal): AsyncIterable<WatchEvent<T>, string>;
  /**
   * Of what `watch` tells, as much as is there already, for readers that take many at once.
   *
   * @param until the last version to tell of
   * @param limit of changes
   * @returns the version up to which everything was told, too
   * @throws as `watch`
   */
  changesAfter(kind: string, since: string, until: string, limit: number): Changes;
  /** Resolves when anything, of whatever kind, has changed after this version, or the signal aborts. Does not reject. */
  changed(since: string, signal: AbortSignal): Promise<void>;
  /** The last attempt to make changes durable has failed: `flushed` makes another one. */
  readonly failing: boolean;
  /** Resolves when every change up to now is durable; at once when there is no journal. */
  flushed(): Promise<void>;
}

/** `namespace/name`, or `name` without a namespace. */
export const objectKey = (object: KubeObject): string =>
  object.metadata.namespace === undefined
    ? object.metadata.name
    : `${object.metadata.namespace}/${object.metadata.name}`;
