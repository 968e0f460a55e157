/** How long to wait. With neither, the method's default time; with only a signal, as long as that allows. */
export interface WaitOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}
