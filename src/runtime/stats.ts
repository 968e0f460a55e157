/** What one running container had used up to a moment. */
export interface ContainerSample {
  /** Epoch milliseconds on the engine's clock. */
  readonly takenAt: number;
  /** CPU time since the container started, nanoseconds. */
  readonly cpuNanos: number;
  readonly memory: MemorySample;
  /** Of the pod, as seen by any of its containers; empty on the host's network. */
  readonly networks: readonly NetworkSample[];
}

export interface MemorySample {
  readonly usageBytes: number;
  /** Without what the kernel could take back at once. */
  readonly workingSetBytes: number;
  readonly rssBytes?: number;
  readonly pageFaults?: number;
  readonly majorPageFaults?: number;
  /** Absent without a limit. */
  readonly limitBytes?: number;
}

interface NetworkSample {
  readonly name: string;
  readonly rxBytes: number;
  readonly rxErrors: number;
  readonly txBytes: number;
  readonly txErrors: number;
}

/** What containers use. @throws `Unavailable` when the engine does not answer */
export interface RuntimeStats {
  /** Does `sample` answer at once? Engines before Docker 28 take a second for each. */
  readonly instant: boolean;
  /** Undefined when the container does not run or is gone. */
  sample(containerId: string, signal: AbortSignal): Promise<ContainerSample | undefined>;
  /** About one sample a second. Ends when the container no longer runs, and without throwing on abort. */
  follow(containerId: string, signal: AbortSignal): AsyncIterable<ContainerSample>;
}
