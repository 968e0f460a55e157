import { hasCode } from '../../lib/errors.js';
import type { KubeObject } from '../../api/schema/meta.js';
import type { Store, WatchEvent } from '../../store/store.js';

/**
 * Calls `onEvent` for every stored object of a kind (as ADDED), then for every change, until `signal` aborts. After a
 * pause so long that the store has forgotten changes it begins anew, so `onEvent` may see an object twice.
 */
export async function watchKind<T extends KubeObject>(
  store: Store,
  kind: string,
  onEvent: (event: WatchEvent<T>) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const { items, resourceVersion } = store.list<T>(kind);
    for (const object of items) onEvent({ type: 'ADDED', object });
    try {
      for await (const event of store.watch<T>(kind, resourceVersion, signal)) onEvent(event);
    } catch (error) {
      if (!hasCode(error, 'Conflict')) throw error;
    }
  }
}
