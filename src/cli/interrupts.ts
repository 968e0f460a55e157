/** Exit code of a command that the user interrupted: 128 + SIGINT. */
export const EXIT_INTERRUPTED = 130;

/** Where signals come from: `process`, or a stand-in. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
}

/** Ctrl-C, SIGTERM and the end of the terminal, for one command. */
export interface Interrupts extends Disposable {
  /** Aborts at the first of them. */
  readonly signal: AbortSignal;
}

/**
 * `onSecond` is called at every further one: the user does not want to wait for a clean end. A terminal that is closed may tell
 * so twice, itself and by its shell, and nobody is there to be impatient.
 */
export function listenForInterrupts(source: SignalSource, onSecond: () => void): Interrupts {
  const controller = new AbortController();
  const onHangup = (): void => controller.abort();
  const listener = (): void => {
    if (controller.signal.aborted) onSecond();
    else controller.abort();
  };
  source.on('SIGINT', listener);
  source.on('SIGTERM', listener);
  source.on('SIGHUP', onHangup);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      source.off('SIGINT', listener);
      source.off('SIGTERM', listener);
      source.off('SIGHUP', onHangup);
    },
  };
}

/**
 * Runs a command that ends when the user interrupts it. A second interrupt ends the process at once with 130, after
 * `beforeExit` had its say.
 */
export async function interruptible<T>(
  work: (interrupted: AbortSignal) => Promise<T>,
  beforeExit: () => void = () => undefined,
): Promise<T> {
  using interrupts = listenForInterrupts(process, () => {
    beforeExit();
    process.exit(EXIT_INTERRUPTED);
  });
  return await work(interrupts.signal);
}
