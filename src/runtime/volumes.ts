/** A volume that goes with its pod. */
interface PodEngineVolume {
  readonly name: string;
  readonly podUid: string;
  /** Present: a tmpfs of at most so many bytes (0: no limit) that lives as long as the sandbox holds it. */
  readonly tmpfsBytes?: number;
}

/** A volume that outlives pods and agents and goes with its claim. */
export interface ClaimEngineVolume {
  readonly name: string;
  readonly claim: { readonly uid: string; readonly namespace: string; readonly name: string };
}

export type EngineVolume = PodEngineVolume | ClaimEngineVolume;

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** What a volume made of Kubernetes objects is to hold. */
export interface VolumeContents {
  /** Of the directory the files are in. */
  readonly directory: Owner & { readonly mode: number };
  readonly files: readonly VolumeFile[];
}

export interface VolumeFile extends Owner {
  /** Relative, without `..`; directories on the way are made. */
  readonly path: string;
  readonly mode: number;
  readonly content: Uint8Array;
}

/** Look at a path of the engine's host, and make a directory or an empty file where nothing is. */
export interface HostPathRequest {
  readonly path: string;
  readonly make: 'nothing' | 'directory' | 'file';
}

/** What was found: `other` is a pipe; an object says why nobody could look. */
export type HostPathKind =
  'directory' | 'file' | 'socket' | 'chardevice' | 'blockdevice' | 'other' | 'missing' | { readonly errno: number };

/** Volumes on the engine. What is in them is reached through the sandbox that holds them, wherever the engine runs. */
export interface VolumeService {
  /** Can an image be mounted as a volume? Engines can since API 1.48. */
  readonly canMountImages: boolean;
  /** Creates the labelled volume, or accepts the one that is there. */
  ensure(volume: EngineVolume, signal: AbortSignal): Promise<void>;
  /** Names of this agent's volumes of pods, with the uid of the pod each belongs to. Claims' volumes are not among them. */
  list(signal: AbortSignal): Promise<readonly { name: string; podUid: string }[]>;
  /** Gone already is success; in use is `Conflict`. */
  remove(name: string, signal: AbortSignal): Promise<void>;
  /**
   * Gives a volume of the sandbox (by its name in the pod) new contents, in one step for whoever reads it. The contents it
   * has already change nothing.
   * @throws `Conflict` or `NotFound` when the sandbox does not run
   */
  write(sandboxId: string, volume: string, contents: VolumeContents, signal: AbortSignal): Promise<void>;
  /**
   * Where a path in a volume of the sandbox leads, without links; what is missing is made. Never out of the volume.
   * @throws `Invalid` when it would
   */
  resolveSubPath(sandboxId: string, volume: string, path: string, signal: AbortSignal): Promise<string>;
  /** Bytes on disk of volumes of the sandbox, in the order asked. */
  usage(sandboxId: string, volumes: readonly string[], signal: AbortSignal): Promise<readonly number[]>;
  /** In the order asked. Links are followed. */
  examineHostPaths(paths: readonly HostPathRequest[], signal: AbortSignal): Promise<readonly HostPathKind[]>;
}
