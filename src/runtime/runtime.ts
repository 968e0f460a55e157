import type { ObservedPod } from './observed.js';
import type { ResourceSettings } from './resource-settings.js';
import type { ContainerSpec, SandboxSpec } from './specs.js';

export interface EngineInfo {
  /** For example `20.10.24`. */
  readonly version: string;
  /** The negotiated API version, for example `1.41`. */
  readonly apiVersion: string;
  /** `amd64`, `arm64`, … as Go names it. */
  readonly architecture: string;
  /** Where it was found and why, for messages: `unix:///var/run/docker.sock (default socket)`. */
  readonly endpoint: string;
  /** The engine sees the agent's files under the same path: found out with a nonce file, not guessed. */
  readonly sharesFilesystem: boolean;
  /** Can the agent open TCP connections to pod IPs, or must they go through the sandbox? */
  readonly podNetwork: 'direct' | 'sandbox';
  /** Engine clock minus agent clock, as of the last look at a pod. */
  readonly clockSkewMs: number;
  /** The kernel of the engine's machine enforces AppArmor profiles. Absent: no. */
  readonly appArmor?: boolean;
  /** Root in a container is somebody else on the engine's machine: it runs rootless or remaps users. Absent: no. */
  readonly userNamespaces?: boolean;
}

/** A hint to look at a pod: may be late, doubled or missing, never a fact. */
export interface RuntimeHint {
  readonly uid: string;
  /** Engine event, for logs: `die`, `start`, `destroy`, `oom`, … */
  readonly action: string;
}

/** Given the id of a sandbox that is being started. */
export type WhileStarting = (sandboxId: string) => Promise<void>;

/**
 * CRI's RuntimeService without gRPC. All verbs are idempotent: creating what exists (same name, same spec hash)
 * adopts it, stopping what stopped and removing what is gone succeed. Every method observes `signal`.
 *
 * @throws KubeletteError with code `Unavailable` when the engine cannot be reached or did not answer in time: the
 * outcome is unknown, observe before acting again. `NotFound` when the object is gone; `Conflict` when a name is held
 * by something that is not ours; `Invalid` when the engine refused the request as such. `message` is
 * `Error response from daemon: …` with the engine's own words where it answered.
 */
export interface ContainerRuntime {
  info(signal: AbortSignal): Promise<EngineInfo>;
  /**
   * Resolves when the engine is not about to stop. One that is goes on answering while it ends its containers, and what is
   * started in their place meanwhile dies as well. Asked after a death, it tells whether that was the engine's doing.
   */
  takesWork(signal: AbortSignal): Promise<void>;
  /**
   * Resolves when the engine answers a listing. A look at a single container waits for as long as the engine is starting it,
   * and so does `listPods`.
   */
  answers(signal: AbortSignal): Promise<void>;
  /** Every pod of this agent that has at least one container on the engine. */
  listPods(signal: AbortSignal): Promise<readonly ObservedPod[]>;
  /** A pod without containers is an ObservedPod with empty lists and empty name and namespace. */
  inspectPod(uid: string, signal: AbortSignal): Promise<ObservedPod>;
  /**
   * Hints from now on. The first item is always `{ uid: '', action: 'connected' }`, once the engine is subscribed to:
   * list after it. Ends (without throwing) when the stream breaks or `signal` aborts; the caller connects again.
   */
  events(signal: AbortSignal): AsyncIterable<RuntimeHint>;
  /**
   * Creates and starts the sandbox and prepares its volumes. Cleans up after itself when it fails.
   * @param whileStarting called once it exists, and waited for; containers may be created for it, not started. Never rejects
   * @returns the sandbox's id
   */
  runSandbox(spec: SandboxSpec, signal: AbortSignal, whileStarting?: WhileStarting): Promise<string>;
  /** Stops the pause process (10 s at most). */
  stopSandbox(id: string, signal: AbortSignal): Promise<void>;
  removeSandbox(id: string, signal: AbortSignal): Promise<void>;
  createContainer(spec: ContainerSpec, signal: AbortSignal): Promise<string>;
  startContainer(id: string, signal: AbortSignal): Promise<void>;
  /** Changes CPU and memory of a container that runs. What is not named stays as it is. */
  updateContainer(id: string, resources: ResourceSettings, signal: AbortSignal): Promise<void>;
  /** Stop signal of the image (or SIGTERM), then SIGKILL after `graceSeconds`. Returns when it is dead. */
  stopContainer(id: string, graceSeconds: number, signal: AbortSignal): Promise<void>;
  /** Kills it first when it still runs. Removes anonymous volumes with it. */
  removeContainer(id: string, signal: AbortSignal): Promise<void>;
}

export interface ImageFound {
  /** Engine id, `sha256:…`. */
  readonly id: string;
  /** Content size in bytes. */
  readonly sizeBytes: number;
  /** `Config.User`, empty for root. */
  readonly user: string;
}

/** An image as a list shows it. */
export interface ImageListed {
  /** Engine id, `sha256:…`. */
  readonly id: string;
  /** `repository:tag`. */
  readonly tags: readonly string[];
  /** `repository@sha256:…`. */
  readonly digests: readonly string[];
  readonly sizeBytes: number;
  /** By any container on the engine, running or not. */
  readonly inUse: boolean;
}

export interface PullProgress {
  /** One line a person can read: `3 of 5 layers, 12.4 MB of 30.1 MB`. */
  readonly text: string;
}

export interface RegistryAuth {
  readonly username: string;
  readonly password: string;
  readonly server: string;
  /** Instead of user name and password. */
  readonly identityToken?: string;
}

export interface ImageService {
  /** `undefined` when the engine does not have it. @throws `Invalid` when the reference cannot be parsed */
  find(reference: string, signal: AbortSignal): Promise<ImageFound | undefined>;
  /**
   * `onProgress` may be called often. @throws `Timeout` when nothing moved for too long; `Unavailable` when it is the
   * engine that is away; with `details.reason` `RegistryUnavailable` when the registry says so; others as the engine
   */
  pull(
    reference: string,
    auth: RegistryAuth | undefined,
    onProgress: (progress: PullProgress) => void,
    signal: AbortSignal,
  ): Promise<ImageFound>;
  list(signal: AbortSignal): Promise<readonly ImageListed[]>;
  /** Takes a name from an image, and with its last one the image. Gone already is success; in use is `Conflict`. */
  remove(reference: string, signal: AbortSignal): Promise<void>;
}
