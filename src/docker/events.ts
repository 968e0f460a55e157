import type { RuntimeHint } from '../runtime/runtime.js';
import type { DockerContext } from './context.js';
import { jsonLines } from './json-lines.js';
import { LABEL, ownedFilter } from './labels.js';
import type { MemoryKills } from './memory-kills.js';

/** Everything that can change what an observation shows; execs, of which there may be many a second, are not in it. */
const ACTIONS = ['create', 'start', 'die', 'stop', 'oom', 'destroy', 'pause', 'unpause', 'rename', 'update'];

interface EngineEvent {
  readonly Action?: string;
  readonly Actor?: { readonly ID?: string; readonly Attributes?: Readonly<Record<string, string>> };
  readonly timeNano?: number;
}

/**
 * Hints from the engine's event stream, first `connected`. Ends when the stream breaks or `signal` aborts.
 *
 * @param kills hears of processes that the kernel killed for memory: all that an event may say and a look does not
 * @throws `Unavailable` when the engine cannot be subscribed to
 */
export async function* events(
  { engine, ownership }: DockerContext,
  kills: MemoryKills,
  signal: AbortSignal,
): AsyncGenerator<RuntimeHint> {
  const ended = new AbortController();
  const onAbort = (): void => ended.abort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    const filters = { type: ['container'], label: ownedFilter(ownership), event: ACTIONS };
    const stream = await engine.stream({ method: 'GET', path: '/events', query: { filters } }, ended.signal);
    yield { uid: '', action: 'connected' };
    try {
      for await (const event of jsonLines<EngineEvent>(stream)) {
        const { Action, Actor: { Attributes, ID } = {}, timeNano = 0 } = event;
        const uid = Attributes?.[LABEL.podUid];
        if (uid === undefined || Action === undefined) continue;
        if (ID !== undefined) kills.hear(Action, ID, timeNano / 1e6);
        yield { uid, action: Action };
      }
    } catch {
      // Broken or aborted: either way this subscription is over, and the caller subscribes and lists again.
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
    ended.abort();
  }
}
