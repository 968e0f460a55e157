import type { PodIdentity } from '../../src/runtime/observed.js';
import type { ContainerSpec, SandboxSpec, SandboxVolume } from '../../src/runtime/specs.js';

/** A plain sandbox: own network, nothing special. */
export const sandboxSpec = (pod: PodIdentity, changes: Partial<SandboxSpec> = {}): SandboxSpec => ({
  pod,
  attempt: 0,
  specHash: 'sandbox-hash',
  hostname: pod.name,
  network: 'pod',
  ipc: 'pod',
  pid: 'sandbox',
  files: [],
  ports: [],
  sysctls: {},
  volumes: [],
  ...changes,
});

type Required = Pick<ContainerSpec, 'pod' | 'sandbox' | 'image' | 'imageId'>;

/** A volume of the pod, open to everybody unless told otherwise. */
export const sandboxVolume = (
  volume: string,
  name: string,
  { gid = 0, mode = 0o777, uid = 0 }: { mode?: number; uid?: number; gid?: number } = {},
): SandboxVolume => ({ type: 'volume', volume, name, root: { keep: false, mode, uid, gid } });

/** A plain app container named `app`: nothing mounted, nothing restricted. */
export const containerSpec = (required: Required, changes: Partial<ContainerSpec> = {}): ContainerSpec => ({
  name: 'app',
  kind: 'app',
  attempt: 0,
  specHash: 'container-hash',
  backoffMs: 0,
  env: [],
  mounts: [],
  stdin: false,
  stdinOnce: false,
  tty: false,
  hostNetwork: false,
  pid: 'own',
  security: {
    groups: [],
    privileged: false,
    readOnlyRootfs: false,
    noNewPrivileges: false,
    capAdd: [],
    capDrop: [],
    seccomp: 'engine-default',
  },
  resources: {},
  ...required,
  ...changes,
});
