import type { KubeObject } from '../../api/schema/meta.js';
import { LinkedAbort } from '../../lib/abort.js';
import type { Clock } from '../../lib/clock.js';
import type { WatchEvent } from '../../store/store.js';
import { Chunk } from '../http/chunk.js';
import { toStatusError } from '../http/error-status.js';
import type { ApiRequest, ApiResponse, StreamPiece } from '../http/types.js';
import { apiVersionOf } from './define-kind.js';
import { toTable } from './table.js';
import { RecentTexts } from './recent-texts.js';
import { readView, renderObject, renderRow, type View } from './render.js';
import type { Resource } from './resource.js';
import { readSelection, type Selection } from './selection.js';
import { readWatchOptions, type WatchOptions } from './watch-options.js';
import { WatchPace } from './watch-pace.js';

/** As kube-apiserver does it, about. */
const BOOKMARK_PERIOD_MS = 60_000;
/** Changes that a watcher takes from the history at a time: what one that never reads keeps alive. */
const CHANGES_AT_A_TIME = 64;
/** Lines that go out together, in one write: mostly all of a telling. */
const CHUNK_BYTES = 64 * 1024;
/** Bytes of what those get who are told in one turn, by the ways to ask and how far apart they are. */
const CHUNKS_KEPT = 16 * CHUNK_BYTES;
/** Bytes of lines for all who keep up: a moment's changes, in all ways to ask. */
const LINES_KEPT = 16 * CHUNK_BYTES;

/** What all watchers of one kind have in common. */
export interface WatchParts {
  readonly lines: RecentTexts<Buffer>;
  readonly chunks: RecentTexts<readonly Chunk[]>;
  readonly pace: WatchPace;
}

export const newWatchParts = ({ clock, store }: Pick<Resource, 'clock' | 'store'>): WatchParts => ({
  lines: new RecentTexts(LINES_KEPT, ({ length }) => length),
  chunks: new RecentTexts(CHUNKS_KEPT, (chunks) => chunks.reduce((sum, { framed }) => sum + framed.length, 0)),
  pace: new WatchPace(clock, store),
});

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
  parts: WatchParts,
): ApiResponse {
  const view = readView(request);
  const selection = readSelection(resource.kind, namespace, request.query);
  const options = readWatchOptions(request.query, resource.store.revision);
  const watcher = new Watcher(resource, selection, new Lines(resource, view, parts.lines), parts);
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
  readonly #recent: RecentTexts<readonly Chunk[]>;
  readonly #pace: WatchPace;

  constructor(resource: Resource, selection: Selection, lines: Lines, { chunks, pace }: WatchParts) {
    this.#resource = resource;
    this.#selection = selection;
    this.#lines = lines;
    this.#recent = chunks;
    this.#pace = pace;
  }

  async *run(options: WatchOptions, signal: AbortSignal): AsyncGenerator<StreamPiece, void> {
    const { clock, store, storedKind } = this.#resource;
    const place = this.#pace.join();
    const end = clock.monotonic() + (options.timeoutMs ?? Infinity);
    try {
      let position = options.since ?? (yield* this.#existing());
      let until = String(store.revision);
      if (options.initialEventsEnd) yield this.#lines.bookmark(position, true);
      for (;;) {
        const period = Math.min(options.bookmarks ? BOOKMARK_PERIOD_MS : Infinity, end - clock.monotonic());
        const over = endingAfter(period, clock, signal);
        over.signal.addEventListener('abort', place.wake, { once: true });
        try {
          while (period > 0 && !over.signal.aborted) {
            const { events, resourceVersion } = store.changesAfter(storedKind.kind, position, until, CHANGES_AT_A_TIME);
            for (const chunk of this.#chunks(events, position, resourceVersion)) yield chunk;
            position = resourceVersion;
            // What has come meanwhile is for the next telling, to everybody.
            if (position === until) until = await place.next(position, over.signal);
          }
        } finally {
          over.abort();
        }
        if (signal.aborted) return;
        if (options.bookmarks) yield this.#lines.bookmark(position, false);
        if (clock.monotonic() >= end) return;
      }
    } catch (error) {
      yield this.#lines.error(error);
    } finally {
      place.leave();
    }
  }

  /** @returns the version of what was told. */
  *#existing(): Generator<Chunk, string> {
    const { items, resourceVersion } = this.#resource.list(this.#selection.namespace);
    yield* inChunks(this.#linesOfExisting(items));
    return resourceVersion;
  }

  /** Made when they are wanted: a client that does not read is not worth a text of everything. */
  *#linesOfExisting(items: readonly KubeObject[]): Generator<Buffer, void> {
    for (const object of items) {
      if (this.#selection.matches(object)) yield this.#lines.existing(object);
    }
  }

  /** What is told from one version to another is the same for all who ask alike. */
  #chunks(events: readonly WatchEvent<KubeObject>[], from: string, to: string): Iterable<Chunk> {
    if (events.length === 0) return [];
    const make = (): readonly Chunk[] => [...inChunks(this.#linesOf(events))];
    const form = this.#lines.form();
    return form === undefined ? make() : this.#recent.of(`${from} ${to} ${form} ${this.#selection.text}`, make);
  }

  *#linesOf(events: readonly WatchEvent<KubeObject>[]): Generator<Buffer, void> {
    for (const event of events) {
      const line = this.#tell(event);
      if (line !== undefined) yield line;
    }
  }

  /** An object that comes to match is added, one that ceases to is deleted, as if the others did not exist. */
  #tell({ type, object: stored, previous: storedBefore }: WatchEvent<KubeObject>): Buffer | undefined {
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
  readonly #recent: RecentTexts<Buffer>;
  #columnsTold = false;

  constructor(resource: Resource, view: View, recent: RecentTexts<Buffer>) {
    this.#resource = resource;
    this.#view = view;
    this.#recent = recent;
  }

  /** Names what lines look like now; undefined when the next ones are for this watch alone. */
  form(): string | undefined {
    const { form, include } = this.#view;
    if (form !== 'table') return form;
    // The first row comes with the columns. Ages are of this second.
    return this.#columnsTold ? `table ${include} ${Math.floor(this.#resource.clock.now() / 1_000)}` : undefined;
  }

  /** @param object in the form of the kind */
  existing(object: KubeObject): Buffer {
    return Buffer.from(line('ADDED', JSON.stringify(this.#render(object))));
  }

  /** Made once for all who ask alike, and no version twice. */
  change(type: EventType, stored: KubeObject): Buffer {
    const make = (): Buffer => Buffer.from(line(type, JSON.stringify(this.#render(this.#resource.toView(stored)))));
    const form = this.form();
    return form === undefined
      ? make()
      : this.#recent.of(`${type} ${stored.metadata.resourceVersion ?? ''} ${form}`, make);
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

/** Aborts with the owner, or when the time has passed. */
function endingAfter(ms: number, clock: Clock, owner: AbortSignal): LinkedAbort {
  const over = new LinkedAbort(owner);
  // Rejects when it ends otherwise, which is nobody's business.
  if (Number.isFinite(ms))
    void clock.sleep(ms, over.signal).then(
      () => over.abort(),
      () => undefined,
    );
  return over;
}

function* inChunks(all: Iterable<Buffer>): Generator<Chunk, void> {
  let lines: Buffer[] = [];
  let bytes = 0;
  for (const line of all) {
    lines.push(line);
    bytes += line.length;
    if (bytes < CHUNK_BYTES) continue;
    yield new Chunk(lines);
    [lines, bytes] = [[], 0];
  }
  if (bytes > 0) yield new Chunk(lines);
}

const line = (type: string, object: string): string => `{"type":"${type}","object":${object}}\n`;
