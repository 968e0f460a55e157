import type { KubeObject } from '../../api/schema/meta.js';
import type { WatchEvent } from '../../store/store.js';
import { toStatusError } from '../http/error-status.js';
import type { ApiRequest, ApiResponse } from '../http/types.js';
import { apiVersionOf } from './define-kind.js';
import { toTable } from './table.js';
import { RecentTexts } from './recent-texts.js';
import { readView, renderObject, renderRow, type View } from './render.js';
import type { Resource } from './resource.js';
import { readSelection, type Selection } from './selection.js';
import { readWatchOptions, type WatchOptions } from './watch-options.js';

/** As kube-apiserver does it, about. */
const BOOKMARK_PERIOD_MS = 60_000;

/**
 * `GET` of a collection with `watch`: one JSON object per line, until the client goes, the time it asked for has passed, or
 * it has fallen so far behind that changes it has not read are forgotten: then the last line is an error with code 410.
 *
 * A watcher is a position in the store's history and nothing else, so a slow one costs no memory.
 *
 * @throws StatusError 400, 406, 422
 */
export function watchObjects(
  resource: Resource,
  namespace: string | undefined,
  request: ApiRequest,
  texts: RecentTexts,
): ApiResponse {
  const view = readView(request);
  const selection = readSelection(resource.kind, namespace, request.query);
  const options = readWatchOptions(request.query, resource.store.revision);
  const watcher = new Watcher(resource, selection, new Lines(resource, view, texts));
  return {
    kind: 'stream',
    status: 200,
    contentType: 'application/json',
    chunks: watcher.run(options, request.signal),
  };
}

type EventType = WatchEvent<KubeObject>['type'];

class Watcher {
  readonly #resource: Resource;
  readonly #selection: Selection;
  readonly #lines: Lines;

  constructor(resource: Resource, selection: Selection, lines: Lines) {
    this.#resource = resource;
    this.#selection = selection;
    this.#lines = lines;
  }

  async *run(options: WatchOptions, signal: AbortSignal): AsyncGenerator<string, void> {
    const { clock } = this.#resource;
    const end = clock.monotonic() + (options.timeoutMs ?? Infinity);
    try {
      let position = options.since ?? (yield* this.#existing());
      if (options.initialEventsEnd) yield this.#lines.bookmark(position, true);
      for (;;) {
        const period = Math.min(options.bookmarks ? BOOKMARK_PERIOD_MS : Infinity, end - clock.monotonic());
        if (period > 0) position = yield* this.#changes(position, period, signal);
        if (signal.aborted) return;
        if (options.bookmarks) yield this.#lines.bookmark(position, false);
        if (clock.monotonic() >= end) return;
      }
    } catch (error) {
      yield this.#lines.error(error);
    }
  }

  /** @returns the version of what was told. */
  *#existing(): Generator<string, string> {
    const { items, resourceVersion } = this.#resource.list(this.#selection.namespace);
    for (const object of items) {
      if (this.#selection.matches(object)) yield this.#lines.existing(object);
    }
    return resourceVersion;
  }

  /** @returns the version up to which everything was told. */
  async *#changes(position: string, ms: number, signal: AbortSignal): AsyncGenerator<string, string> {
    const { clock, store, storedKind } = this.#resource;
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    // Rejects when the period ends otherwise, which is nobody's business.
    if (Number.isFinite(ms))
      void clock.sleep(ms, either).then(
        () => over.abort(),
        () => undefined,
      );
    try {
      const changes = store.watch(storedKind.kind, position, either)[Symbol.asyncIterator]();
      for (;;) {
        const next = await changes.next();
        if (next.done === true) return next.value;
        const line = this.#tell(next.value);
        if (line !== undefined) yield line;
      }
    } finally {
      over.abort();
    }
  }

  /** An object that comes to match is added, one that ceases to is deleted, as if the others did not exist. */
  #tell({ type, object: stored, previous: storedBefore }: WatchEvent<KubeObject>): string | undefined {
    const matches = this.#matches(stored);
    if (type !== 'MODIFIED' || storedBefore === undefined) {
      return matches ? this.#lines.change(type, stored) : undefined;
    }
    const matched = this.#matches(storedBefore);
    if (matches) return this.#lines.change(matched ? 'MODIFIED' : 'ADDED', stored);
    if (!matched) return undefined;
    const { resourceVersion } = stored.metadata;
    const metadata = { ...storedBefore.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
    return this.#lines.change('DELETED', { ...storedBefore, metadata });
  }

  #matches(stored: KubeObject): boolean {
    return this.#selection.matches(this.#resource.toView(stored));
  }
}

/** The lines of one watch. */
class Lines {
  readonly #resource: Resource;
  readonly #view: View;
  readonly #texts: RecentTexts;
  #columnsTold = false;

  constructor(resource: Resource, view: View, texts: RecentTexts) {
    this.#resource = resource;
    this.#view = view;
    this.#texts = texts;
  }

  /** @param object in the form of the kind */
  existing(object: KubeObject): string {
    return line('ADDED', JSON.stringify(this.#render(object)));
  }

  change(type: EventType, stored: KubeObject): string {
    // A table is of this moment, and the first one has the columns.
    if (this.#view.form !== 'object') return line(type, JSON.stringify(this.#render(this.#resource.toView(stored))));
    return line(
      type,
      this.#texts.of(stored, (object) => this.#resource.toView(object)),
    );
  }

  bookmark(resourceVersion: string, initialEventsEnd: boolean): string {
    const { kind } = this.#resource;
    const metadata = {
      resourceVersion,
      creationTimestamp: null,
      ...(initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
    };
    const types = { kind: kind.kind, apiVersion: apiVersionOf(kind) };
    const partial = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1' };
    const object =
      this.#view.form === 'table'
        ? toTable(kind, [], { include: 'None', now: 0, metadata, withColumns: !this.#columnsTold })
        : { ...(this.#view.form === 'metadata' ? partial : types), metadata };
    return line('BOOKMARK', JSON.stringify(object));
  }

  error(error: unknown): string {
    return line('ERROR', JSON.stringify(toStatusError(error).toStatus()));
  }

  #render(object: KubeObject): unknown {
    const now = this.#resource.clock.now();
    if (this.#view.form !== 'table') return renderObject(this.#resource.kind, object, this.#view, now);
    const withColumns = !this.#columnsTold;
    this.#columnsTold = true;
    return renderRow(this.#resource.kind, object, this.#view, now, withColumns);
  }
}

const line = (type: string, object: string): string => `{"type":"${type}","object":${object}}\n`;
