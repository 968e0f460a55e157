/** All the time there is. Tests use a stepped implementation; nothing else in `src/` reads the time or waits. */
export interface Clock {
  /** Milliseconds since the Unix epoch. May jump; never order two observations by it. */
  now(): number;
  /** Milliseconds since some fixed point; never jumps. For durations and deadlines. */
  monotonic(): number;
  /** Resolves after `ms`, or rejects with `signal.reason` as soon as the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** setTimeout overflows above this and fires at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise<void>((resolve, reject) => {
      signal.throwIfAborted();
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      };
      const onTime = (): void => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      const timer = setTimeout(onTime, Math.min(Math.max(ms, 0), LONGEST_TIMEOUT_MS));
      signal.addEventListener('abort', onAbort, { once: true });
    }),
};
