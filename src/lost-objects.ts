import { readdir } from 'node:fs/promises';
import type { Logger } from './lib/logger.js';
import type { ObservedPod } from './runtime/observed.js';
import type { Store } from './store/store.js';
import type { Pod } from './api/schema/pod.js';

/** What the store calls a journal that it could not read. */
const SET_ASIDE = 'objects.jsonl.corrupt-';

/**
 * Were objects lost, now or at an earlier start? Then a pod without an object is not known to be unwanted. The journal that
 * was set aside says so until somebody takes it away.
 *
 * @param directory of the journal
 */
export async function objectsWereLost(directory: string): Promise<boolean> {
  return (await readdir(directory)).some((name) => name.startsWith(SET_ASIDE));
}

/** Uids of pods that are on the engine and in no source: told once, and to be left as they are. */
export function unexplainedPods(observed: readonly ObservedPod[], store: Store, logger: Logger): ReadonlySet<string> {
  const wanted = new Set(store.list<Pod>('Pod').items.map(({ metadata }) => metadata.uid));
  const unexplained = observed.filter(({ uid }) => !wanted.has(uid));
  if (unexplained.length > 0) {
    const pods = unexplained.map(({ name, namespace }) => `${namespace}/${name}`);
    logger.error(
      { pods },
      'pods on the engine that the lost objects may have wanted are left as they are; "kubelette gc" removes them',
    );
  }
  return new Set(unexplained.map(({ uid }) => uid));
}
