import { getEventListeners } from 'node:events';

/** How much hangs on a signal: its listeners, and the signals that `AbortSignal.any` made of it, which Node 20 never quite forgets. */
export function hangingOn(signal: AbortSignal): number {
  const made = Object.getOwnPropertySymbols(signal).find(({ description }) => description === 'kDependantSignals');
  const dependants =
    made === undefined ? undefined : (signal as unknown as Record<symbol, ReadonlySet<unknown> | undefined>)[made];
  return getEventListeners(signal, 'abort').length + (dependants?.size ?? 0);
}
