/* eslint-disable @typescript-eslint/no-unnecessary-type-parameters -- the type parameters of store.ts */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { KubeObject, ObjectMeta } from '../api/schema/meta.js';
import type { Clock } from '../lib/clock.js';
import { KubeletteError } from '../lib/errors.js';
import { ChangeHistory, type Change } from './change-history.js';
import { FrozenCopies } from './frozen-copy.js';
import { alreadyExists, notFound, preconditionFailed, staleVersion } from './object-errors.js';
import { objectKey, type Changes, type ListOptions, type Store, type WatchEvent } from './store.js';
import { toRfc3339 } from '../lib/time.js';

/** Changes kept for watchers that are behind. */
export const HISTORY_LIMIT = 10_000;

export interface MemoryStoreOptions {
  readonly clock: Clock;
  /** Number of changes kept for watchers, all kinds together. */
  readonly historyLimit: number;
  /** Where counting goes on; 0 for a new store. */
  readonly revision: number;
  /** What a journal remembered; taken as it is. */
  readonly objects: Iterable<KubeObject>;
  /** Told of every change, at once and in order; must not throw. */
  readonly onChange?: (change: Change) => void;
  /** Durability of what `onChange` was told. */
  readonly flushed?: () => Promise<void>;
  /** As `Store.failing`; absent: never. */
  readonly failing?: () => boolean;
}

/** The store itself: two levels of maps, kind and key. Whether it is also written down is the business of its options. */
export class MemoryStore implements Store {
  readonly #options: MemoryStoreOptions;
  readonly #kinds = new Map<string, Map<string, KubeObject>>();
  readonly #history: ChangeHistory;
  readonly #copies = new FrozenCopies();
  #revision: number;

  constructor(options: MemoryStoreOptions) {
    this.#options = options;
    this.#revision = options.revision;
    this.#history = new ChangeHistory(options.historyLimit, options.revision);
    for (const object of options.objects) this.#ofKind(object.kind).set(objectKey(object), this.#copies.copy(object));
  }

  get revision(): number {
    return this.#revision;
  }

  get<T extends KubeObject>(kind: string, key: string): T | undefined {
    // The kind names the type: callers ask for `get<Pod>('Pod', …)`.
    return this.#kinds.get(kind)?.get(key) as T | undefined;
  }

  list<T extends KubeObject>(
    kind: string,
    options?: ListOptions,
  ): { readonly items: readonly T[]; readonly resourceVersion: string } {
    const all = [...(this.#kinds.get(kind) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
    const wanted = options?.namespace;
    const items = wanted === undefined ? all : all.filter((object) => object.metadata.namespace === wanted);
    return { items: items as T[], resourceVersion: String(this.#revision) };
  }

  /** Every object of every kind. */
  all(): readonly KubeObject[] {
    return [...this.#kinds.values()].flatMap((objects) => [...objects.values()]);
  }

  create<T extends KubeObject>(object: T): T {
    const { metadata } = object;
    if (this.get(object.kind, objectKey(object)) !== undefined) throw alreadyExists(object.kind, metadata.name);
    return this.#publish('ADDED', object, {
      ...metadata,
      uid: metadata.uid ?? randomUUID(),
      creationTimestamp: metadata.creationTimestamp ?? toRfc3339(this.#options.clock.now()),
      ...('spec' in object ? { generation: metadata.generation ?? 1 } : {}),
    });
  }

  update<T extends KubeObject>(object: T): T {
    const { kind, metadata } = object;
    const stored = this.get<T>(kind, objectKey(object));
    if (stored === undefined) throw notFound(kind, metadata.name);
    const old = stored.metadata;
    if (metadata.uid !== undefined && metadata.uid !== old.uid)
      throw preconditionFailed(kind, metadata.name, 'UID', metadata.uid, old.uid);
    if (metadata.resourceVersion !== undefined && metadata.resourceVersion !== old.resourceVersion)
      throw staleVersion(kind, metadata.name);

    const next = this.#copies.copy({ ...object, metadata: carryOver(metadata, old) });
    // Writing what is there already is no change: nobody wakes up for it.
    if (isDeepStrictEqual(next, stored)) return stored;
    return this.#publish('MODIFIED', next, { ...next.metadata, ...nextGeneration(next, stored) });
  }

  remove(
    kind: string,
    key: string,
    preconditions?: { readonly uid?: string; readonly resourceVersion?: string },
  ): void {
    const stored = this.get(kind, key);
    const name = key.slice(key.indexOf('/') + 1);
    if (stored === undefined) throw notFound(kind, name);
    const { uid, resourceVersion } = preconditions ?? {};
    if (uid !== undefined && uid !== stored.metadata.uid)
      throw preconditionFailed(kind, name, 'UID', uid, stored.metadata.uid);
    if (resourceVersion !== undefined && resourceVersion !== stored.metadata.resourceVersion)
      throw preconditionFailed(kind, name, 'ResourceVersion', resourceVersion, stored.metadata.resourceVersion);
    this.#publish('DELETED', stored, stored.metadata);
  }

  watch<T extends KubeObject>(kind: string, since: string, signal: AbortSignal): AsyncIterable<WatchEvent<T>, string> {
    return this.#history.follow(kind, toRevision(since), signal) as AsyncIterable<WatchEvent<T>, string>;
  }

  changesAfter(kind: string, since: string, until: string, limit: number): Changes {
    const { events, position } = this.#history.read(kind, toRevision(since), toRevision(until), limit);
    return { events, resourceVersion: String(position) };
  }

  changed(since: string, signal: AbortSignal): Promise<void> {
    return this.#history.changed(toRevision(since), signal);
  }

  get failing(): boolean {
    return this.#options.failing?.() ?? false;
  }

  async flushed(): Promise<void> {
    await this.#options.flushed?.();
  }

  /** Gives the object the next revision, stores it and tells everyone. A deleted object carries the revision of its deletion. */
  #publish<T extends KubeObject>(type: Change['type'], object: T, metadata: ObjectMeta): T {
    this.#revision += 1;
    const resourceVersion = String(this.#revision);
    const frozen = this.#copies.copy({ ...object, metadata: { ...metadata, resourceVersion } });
    const previous = type === 'MODIFIED' ? this.get(object.kind, objectKey(object)) : undefined;
    if (type === 'DELETED') this.#ofKind(object.kind).delete(objectKey(object));
    else this.#ofKind(object.kind).set(objectKey(object), frozen);

    const change = { type, object: frozen, revision: this.#revision, ...(previous === undefined ? {} : { previous }) };
    this.#options.onChange?.(change);
    this.#history.add(change);
    return frozen;
  }

  #ofKind(kind: string): Map<string, KubeObject> {
    let objects = this.#kinds.get(kind);
    if (objects === undefined) this.#kinds.set(kind, (objects = new Map<string, KubeObject>()));
    return objects;
  }
}

function toRevision(version: string): number {
  if (/^\d{1,16}$/.test(version)) return Number(version);
  throw new KubeletteError('Invalid', `resourceVersion: Invalid value: ${JSON.stringify(version)}: expected a number`);
}

/** What a writer may leave out but never change or take back: identity, age, and that deletion was asked for. */
function carryOver(next: ObjectMeta, old: ObjectMeta): ObjectMeta {
  const kept = ['uid', 'creationTimestamp', 'generation', 'resourceVersion'] as const;
  const once = ['deletionTimestamp', 'deletionGracePeriodSeconds'] as const;
  return {
    ...Object.fromEntries(once.filter((field) => old[field] !== undefined).map((field) => [field, old[field]])),
    ...next,
    ...Object.fromEntries(kept.filter((field) => old[field] !== undefined).map((field) => [field, old[field]])),
  };
}

/** Grows with the spec and when deletion begins, never with the status. Source: apiserver registry/rest BeforeUpdate, BeforeDelete. */
function nextGeneration(next: KubeObject, old: KubeObject): { generation?: number } {
  const generation = old.metadata.generation;
  if (generation === undefined) return {};
  const deletionBegins = next.metadata.deletionTimestamp !== undefined && old.metadata.deletionTimestamp === undefined;
  const changed = deletionBegins || !isDeepStrictEqual(specOf(next), specOf(old));
  return { generation: changed ? generation + 1 : generation };
}

const specOf = (object: KubeObject): unknown => (object as KubeObject & { spec?: unknown }).spec;
