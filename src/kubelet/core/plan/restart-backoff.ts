import type { ObservedContainer } from '../../../runtime/observed.js';
import { CLOCKS_DIFFER_MS } from '../view/clocks.js';

/** Kubelet: 10 s, doubling up to its `MaxContainerBackOff` (300 s). */
export const BACKOFF_INITIAL_MS = 10_000;
export const BACKOFF_MAX_MS = 300_000;
/** A container that ran this long is considered stable and starts over. */
const BACKOFF_RESET_MS = 2 * BACKOFF_MAX_MS;

export interface Restart {
  /** Epoch milliseconds on the engine's clock; in the past means at once. */
  readonly notBefore: number;
  /** What the next instance carries on its label: the wait should it die too. */
  readonly backoffMs: number;
  /** The wait in force now, for the CrashLoopBackOff message. */
  readonly delayMs: number;
}

/** The wait an instance carries whose predecessors left no record but their number. */
export const backoffAfter = (restarts: number): number =>
  restarts === 0 ? 0 : Math.min(BACKOFF_INITIAL_MS * 2 ** Math.min(restarts - 1, 10), BACKOFF_MAX_MS);

/**
 * Is the wait over? An end that lies in the future says that the clock was set back since; how long ago it was nobody
 * knows, and nobody waits for the clock to get there again. Unless it is near: two clocks may differ by as much, and were
 * that a reason, what dies at once would be started over and over.
 */
export const isDue = ({ delayMs, notBefore }: Restart, now: number): boolean =>
  notBefore <= now || notBefore - delayMs > now + Math.min(delayMs, CLOCKS_DIFFER_MS);

/**
 * When may the next instance start? A pure function of the dead one, whose label says how long to wait, so that
 * back-off survives the agent: there is no map and no timer. The first restart is immediate, as in the kubelet.
 */
export function nextRestart(last: ObservedContainer | undefined): Restart {
  if (last === undefined) return { notBefore: 0, backoffMs: 0, delayMs: 0 };
  // A container that never started has no run time; its creation stands for its end (see ObservedContainer).
  const finishedAt = last.finishedAt ?? last.createdAt;
  const ranMs = last.startedAt === undefined ? 0 : finishedAt - last.startedAt;
  if (ranMs > BACKOFF_RESET_MS || last.backoffMs === 0) {
    return { notBefore: finishedAt, backoffMs: BACKOFF_INITIAL_MS, delayMs: 0 };
  }
  return {
    notBefore: finishedAt + last.backoffMs,
    backoffMs: Math.min(last.backoffMs * 2, BACKOFF_MAX_MS),
    delayMs: last.backoffMs,
  };
}

/**
 * The same for an instance that was killed because of a probe. The kubelet decides before it kills, so it judges by the
 * instance before: the first kill restarts at once and leaves no trace; later the wait counts from the end of the one
 * before, which is when this one was made, so that one that lived longer than the wait restarts at once too.
 */
export function restartAfterProbe(killed: ObservedContainer): Restart {
  if (killed.attempt === 0) return { notBefore: 0, backoffMs: 0, delayMs: 0 };
  const restart = nextRestart(killed);
  const livedMs = (killed.finishedAt ?? killed.createdAt) - killed.createdAt;
  return { ...restart, notBefore: restart.notBefore - livedMs };
}
