/** What the engine holds a container to. */
export interface ResourceSettings {
  readonly cpuShares?: number;
  readonly cpuPeriodUs?: number;
  readonly cpuQuotaUs?: number;
  readonly memoryBytes?: number;
  /** At most so many processes and threads. */
  readonly pidsLimit?: number;
  /** -1000 to 1000: who is killed first when the machine is out of memory. */
  readonly oomScoreAdj?: number;
}
