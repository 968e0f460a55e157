import { hasCode, KubeletteError } from '../lib/errors.js';
import type { Engine } from './engine.js';
import { inspectContainer } from './inspect.js';

const REMOVAL_POLL_MS = 100;
const REMOVAL_POLLS = 100;

/** Kills it when it runs, removes it and its anonymous volumes. Gone already is success. */
export async function removeContainer(engine: Engine, id: string, signal: AbortSignal): Promise<void> {
  try {
    await engine.call({ method: 'DELETE', path: `/containers/${id}`, query: { force: true, v: true } }, signal);
  } catch (error) {
    if (hasCode(error, 'NotFound')) return;
    // "removal of container … is already in progress"
    if (!hasCode(error, 'Conflict')) throw error;
    await waitUntilGone(engine, id, signal);
  }
}

async function waitUntilGone(engine: Engine, id: string, signal: AbortSignal): Promise<void> {
  for (let poll = 0; poll < REMOVAL_POLLS; poll += 1) {
    if ((await inspectContainer(engine, id, signal)) === undefined) return;
    await engine.clock.sleep(REMOVAL_POLL_MS, signal);
  }
  throw new KubeletteError('Unavailable', `the engine is still removing container ${id.slice(0, 12)}`);
}
