/** What a run shows while it goes on. */
export interface View {
  /** Shows until `signal` aborts; resolves after the last thing was shown. */
  show(signal: AbortSignal): Promise<void>;
  /** Resolves when everything that ended pods have written was shown. */
  drained(): Promise<void>;
  /** From now on pods are being deleted. */
  stopping(): void;
  /** Nothing is left. */
  stopped(): void;
  /** Something the agent, not a pod, has to say. */
  note(text: string): void;
}
