import { splitLines } from '../../lib/lines.js';
import type { ApiClient, Query } from './api-client.js';
import { ApiError, type Status } from './api-error.js';

/** A change as a watch tells it. */
export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: T;
}

/**
 * Changes as they come, until the server ends the watch.
 * @throws ApiError when the server refuses it, at once or later (410: the version is too old)
 */
export async function* watchEvents<T>(
  client: ApiClient,
  call: { readonly path: string; readonly query: Query; readonly accept?: string },
  signal: AbortSignal,
): AsyncGenerator<WatchEvent<T>, void, undefined> {
  const { chunks, response } = await client.stream({ ...call, query: { ...call.query, watch: true } }, signal);
  try {
    for await (const line of splitLines(chunks)) {
      if (line.trim() === '') continue;
      // The shape is the API's promise.
      const event = JSON.parse(line) as WatchEvent<T> | { readonly type: 'ERROR'; readonly object: Status };
      if (event.type === 'ERROR') throw new ApiError(event.object.code ?? 500, event.object);
      yield event;
    }
  } finally {
    response.destroy();
  }
}
