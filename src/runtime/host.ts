/** The machine the engine runs on, which need not be the agent's. */
export interface HostInfo {
  /** For example `20.10.24`. */
  readonly engineVersion: string;
  /** Unique to the engine. */
  readonly engineId: string;
  readonly kernelVersion: string;
  /** For people: `Debian GNU/Linux 12 (bookworm)`. */
  readonly osImage: string;
  /** As Go names it: `linux`. */
  readonly os: string;
  /** As Go names it: `amd64`, `arm64`. */
  readonly architecture: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** The file system of the engine's data; absent when the agent cannot see it. */
  readonly disk?: { readonly capacityBytes: number; readonly availableBytes: number };
}

export interface HostImage {
  /** `repository@digest` first, then `repository:tag`. */
  readonly names: readonly string[];
  readonly sizeBytes: number;
}

/** What a Node object says about the engine's machine. */
export interface HostService {
  /** @throws `Unavailable` when the engine does not answer */
  info(signal: AbortSignal): Promise<HostInfo>;
  /** All images that have a name. @throws `Unavailable` when the engine does not answer */
  images(signal: AbortSignal): Promise<readonly HostImage[]>;
}
