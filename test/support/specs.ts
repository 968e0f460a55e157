import type { PodIdentity } from '../../src/runtime/observed.js';
import type { ContainerSpec, SandboxSpec } from '../../src/runtime/specs.js';

/** A plain sandbox: own network, nothing special. */
export const sandboxSpec = (pod: PodIdentity, changes: Partial<SandboxSpec> = {}): SandboxSpec => ({
  pod,
  attempt: 0,
  specHash: 'sandbox-hash',
  hostname: pod.name,
  network: 'pod',
  ipc: 'pod',
  pid: 'sandbox',
  hostAliases: [],
  ports: [],
  sysctls: {},
  volumes: [],
  ...changes,
});

type Required = Pick<ContainerSpec, 'pod' | 'sandbox' | 'image' | 'imageId'>;

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
