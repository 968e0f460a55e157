import type { ContainerKind, PodIdentity } from './observed.js';
import type { ResourceSettings } from './resource-settings.js';

/** Something the sandbox mounts at `/vols/<name>`, so that it can be prepared, filled and looked at from there. */
export type SandboxVolume =
  | {
      readonly type: 'volume';
      /** Name on the engine. */
      readonly volume: string;
      /** `volumes[].name` of the pod. */
      readonly name: string;
      readonly root: VolumeRoot;
    }
  | {
      readonly type: 'bind';
      /** Path on the engine's host, which exists. */
      readonly source: string;
      readonly name: string;
    };

/** What becomes of a volume's root before any other container starts. */
export type VolumeRoot =
  /** Permission bits and owner, whatever they were. */
  | { readonly keep: false; readonly mode: number; readonly uid: number; readonly gid: number }
  /** Open to everybody as long as it is empty. With a group: all in it is given to the group, always or if the root is not yet. */
  | { readonly keep: true; readonly group?: { readonly gid: number; readonly policy: 'always' | 'mismatch' } };

export interface PortMapping {
  readonly containerPort: number;
  readonly hostPort: number;
  /** Empty: the engine's default, all addresses. */
  readonly hostIP: string;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
}

/**
 * A file the engine makes for the sandbox and everything that joins it, and what is to be in it instead. In the text a line
 * `@FILE` stands for what the engine wrote, `@FILE WORD` for those lines of it that begin with the word, and a line that
 * begins with `@IP` is there once for each address of the pod.
 */
interface SandboxFile {
  readonly path: '/etc/hosts' | '/etc/resolv.conf';
  readonly text: string;
}

/** Everything the pause container is made from. Host name, network files, ports and sysctls belong to it alone. */
export interface SandboxSpec {
  readonly pod: PodIdentity;
  readonly attempt: number;
  readonly specHash: string;
  /** Empty on the host network, where the host's name is the pod's. */
  readonly hostname: string;
  readonly network: 'pod' | 'host';
  readonly ipc: 'pod' | 'host';
  readonly pid: 'sandbox' | 'host';
  readonly files: readonly SandboxFile[];
  readonly ports: readonly PortMapping[];
  readonly sysctls: Readonly<Record<string, string>>;
  readonly volumes: readonly SandboxVolume[];
}

export type Mount =
  | {
      readonly type: 'volume';
      readonly volume: string;
      readonly target: string;
      readonly readOnly: boolean;
      readonly subPath?: SubPath;
    }
  | {
      readonly type: 'bind';
      /** Path on the engine's host. A missing one is created as a directory when `createSource` is set. */
      readonly source: string;
      readonly target: string;
      readonly readOnly: boolean;
      readonly createSource: boolean;
      readonly propagation: 'rprivate' | 'rslave' | 'rshared';
      /** Mounts below a read-only one: left as they are, read-only too where the engine can, or read-only or not at all. */
      readonly recursiveReadOnly?: 'no' | 'if-possible' | 'yes';
      readonly subPath?: SubPath;
    }
  | { readonly type: 'image'; readonly image: string; readonly target: string; readonly subPath?: SubPath };

/** A part of a volume. */
export interface SubPath {
  /** `volumes[].name` of the pod: where the sandbox has it. */
  readonly name: string;
  /** Relative to the volume's root. In a spec that goes to the engine: existing, without links. */
  readonly path: string;
}

export interface SecuritySettings {
  /** `uid`, `uid:gid`, or absent for the image's. */
  readonly user?: string;
  readonly groups: readonly number[];
  readonly privileged: boolean;
  readonly readOnlyRootfs: boolean;
  readonly noNewPrivileges: boolean;
  /** Without `CAP_`. */
  readonly capAdd: readonly string[];
  readonly capDrop: readonly string[];
  /** A profile is its JSON text. */
  readonly seccomp: 'engine-default' | 'unconfined' | { readonly profile: string };
  /** Name of a profile the kernel has loaded, or `unconfined`; absent: the engine's. */
  readonly appArmor?: string;
  /** Nothing of /proc is hidden or read-only. */
  readonly unmaskedProc?: boolean;
}

/** Everything one container instance is made from: a pure function of pod, image and attempt. */
export interface ContainerSpec {
  readonly pod: PodIdentity;
  readonly name: string;
  readonly kind: ContainerKind;
  readonly attempt: number;
  readonly specHash: string;
  /** Goes on a label: the wait before the next restart should this instance die. */
  readonly backoffMs: number;
  /** The sandbox it joins. Without an instance: the one that runs when the container is started; none does yet. */
  readonly sandbox: { readonly id: string; readonly instance?: string };
  /** As written in the pod. */
  readonly image: string;
  /** The engine's id, so that a tag moved meanwhile does not matter. */
  readonly imageId: string;
  /** Replaces the image's ENTRYPOINT. */
  readonly command?: readonly string[];
  /** Replaces the image's CMD. */
  readonly args?: readonly string[];
  readonly workingDir?: string;
  /** Instead of the image's, or SIGTERM: `SIGUSR1`. */
  readonly stopSignal?: string;
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly mounts: readonly Mount[];
  readonly stdin: boolean;
  readonly stdinOnce: boolean;
  readonly tty: boolean;
  readonly hostNetwork: boolean;
  /** `own`: a PID namespace of its own; `sandbox`: the pod's shared one; or that of another container of the pod. */
  readonly pid: 'own' | 'sandbox' | 'host' | { readonly containerId: string };
  readonly security: SecuritySettings;
  readonly resources: ResourceSettings;
}
