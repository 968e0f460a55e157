import { setMaxListeners } from 'node:events';
import type { KubeObject } from '../../api/schema/meta.js';
import { hasCode } from '../../lib/errors.js';
import type { Wake } from '../../lib/wake.js';
import type { Store, WatchEvent } from '../../store/store.js';

/** Wakes at every change of these kinds that concerns, until the signal aborts. For those who look at everything each time. */
export async function wakeOnChanges(
  store: Store,
  kinds: readonly string[],
  wake: Wake,
  signal: AbortSignal,
  concerns: (change: WatchEvent<KubeObject>) => boolean = () => true,
): Promise<void> {
  // One watch for each kind is no leak.
  setMaxListeners(0, signal);
  await Promise.all(kinds.map(async (kind) => follow(store, kind, wake, signal, concerns)));
}

async function follow(
  store: Store,
  kind: string,
  wake: Wake,
  signal: AbortSignal,
  concerns: (change: WatchEvent<KubeObject>) => boolean,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const changes = store.watch(kind, String(store.revision), signal)[Symbol.asyncIterator]();
      for (let next = await changes.next(); next.done !== true; next = await changes.next())
        if (concerns(next.value)) wake.set();
    } catch (error) {
      // Too far behind: only that something happened matters.
      if (!hasCode(error, 'Conflict')) throw error;
      wake.set();
    }
  }
}
