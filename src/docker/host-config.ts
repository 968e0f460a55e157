import type Docker from 'dockerode';
import type { ResourceSettings } from '../runtime/resource-settings.js';
import type { ContainerSpec, SandboxSpec, SecuritySettings } from '../runtime/specs.js';
import type { EngineFacts } from './engine.js';
import { logConfig } from './log-driver.js';
import { containerMounts, sandboxMount, volumeRoots, withVolumeLabels } from './mounts.js';
import { NETWORK_NAME } from './names.js';

/** Body of `POST /containers/create`, as far as we use it. */
export type CreateBody = Omit<Docker.ContainerCreateOptions, 'name' | 'abortSignal'>;

/** What both bodies depend on besides their spec. */
export interface CreateInput {
  readonly facts: Pick<EngineFacts, 'version' | 'apiVersion'>;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * The pause container. Hostname, DNS, hosts, ports and sysctls are its alone: the engine refuses or ignores them on
 * containers that join it. Pure.
 *
 * @param image reference of the sandbox image
 */
export function sandboxCreateBody(spec: SandboxSpec, image: string, input: CreateInput): CreateBody {
  const ports = spec.network === 'host' ? [] : spec.ports;
  return {
    Image: image,
    Cmd: ['hold', ...spec.files.map(({ path, text }) => `file:${path}:${text}`), ...volumeRoots(spec.volumes)],
    // Engine and kernel share the host's name on the host network.
    ...(spec.network === 'host' ? {} : { Hostname: spec.hostname }),
    Labels: { ...input.labels },
    ExposedPorts: Object.fromEntries(ports.map((port) => [portKey(port), {}])),
    Healthcheck: NO_HEALTHCHECK,
    HostConfig: {
      ...common(input, false),
      NetworkMode: spec.network === 'host' ? 'host' : NETWORK_NAME,
      IpcMode: spec.ipc === 'host' ? 'host' : 'shareable',
      PidMode: spec.pid === 'host' ? 'host' : '',
      PortBindings: portBindings(ports),
      Sysctls: { ...spec.sysctls },
      Mounts: withVolumeLabels(spec.volumes.map(sandboxMount), spec.pod.uid, input.labels),
      // Not read-only: that would be the network files too, which the sandbox's program writes.
      // Source: kubelet, the sandbox gets the least CPU there is.
      CpuShares: 2,
      // Compiling the default profile costs 15 ms for the container and for every exec in it.
      SecurityOpt: ['seccomp=unconfined', 'no-new-privileges'],
    },
  };
}

/**
 * A container that joins the sandbox's network and IPC namespaces. Pure.
 *
 * @throws `Invalid` for a bind the engine has no notation for
 */
export function containerCreateBody(spec: ContainerSpec, input: CreateInput): CreateBody {
  const joined = `container:${spec.sandbox.id}`;
  const { binds, mounts } = containerMounts(spec.mounts, input.facts.apiVersion);
  return {
    Image: spec.imageId,
    ...(spec.command === undefined ? {} : { Entrypoint: [...spec.command] }),
    ...(spec.args === undefined ? {} : { Cmd: [...spec.args] }),
    ...(spec.workingDir === undefined ? {} : { WorkingDir: spec.workingDir }),
    ...(spec.stopSignal === undefined ? {} : { StopSignal: spec.stopSignal }),
    ...(spec.security.user === undefined ? {} : { User: spec.security.user }),
    Env: spec.env.map(({ name, value }) => `${name}=${value}`),
    Labels: { ...input.labels },
    OpenStdin: spec.stdin,
    StdinOnce: spec.stdinOnce,
    Tty: spec.tty,
    Healthcheck: NO_HEALTHCHECK,
    HostConfig: {
      ...common(input, spec.tty),
      NetworkMode: joined,
      IpcMode: joined,
      PidMode: pidMode(spec),
      ...(spec.hostNetwork ? { UTSMode: 'host' } : {}),
      Binds: binds,
      Mounts: withVolumeLabels(mounts, spec.pod.uid, input.labels),
      ...securityOptions(spec.security),
      ...resourceOptions(spec.resources),
    },
  };
}

/** Image health checks would run beside the pod's probes. */
const NO_HEALTHCHECK = { Test: ['NONE'] };

function common(input: CreateInput, tty: boolean): Docker.HostConfig {
  return {
    RestartPolicy: { Name: 'no' },
    AutoRemove: false,
    LogConfig: logConfig(input.facts.version, tty),
  };
}

const portKey = (port: SandboxSpec['ports'][number]): string => `${port.containerPort}/${port.protocol}`;

function portBindings(ports: SandboxSpec['ports']): Docker.PortMap {
  const bindings: Docker.PortMap = {};
  for (const port of ports) {
    (bindings[portKey(port)] ??= []).push({ HostIp: port.hostIP, HostPort: String(port.hostPort) });
  }
  return bindings;
}

function pidMode({ pid, sandbox }: ContainerSpec): string {
  if (pid === 'own') return '';
  if (pid === 'host') return 'host';
  return `container:${pid === 'sandbox' ? sandbox.id : pid.containerId}`;
}

function securityOptions(security: SecuritySettings): Docker.HostConfig {
  const options = [
    ...(security.noNewPrivileges ? ['no-new-privileges'] : []),
    ...seccompOption(security.seccomp),
    ...(security.appArmor === undefined ? [] : [`apparmor=${security.appArmor}`]),
  ];
  return {
    GroupAdd: security.groups.map(String),
    Privileged: security.privileged,
    ReadonlyRootfs: security.readOnlyRootfs,
    CapAdd: [...security.capAdd],
    CapDrop: [...security.capDrop],
    SecurityOpt: options,
    ...(security.unmaskedProc === true ? { MaskedPaths: [], ReadonlyPaths: [] } : {}),
  };
}

function seccompOption(seccomp: SecuritySettings['seccomp']): string[] {
  if (seccomp === 'engine-default') return [];
  return [`seccomp=${seccomp === 'unconfined' ? seccomp : seccomp.profile}`];
}

/** Also the body of an update. Pure. */
export function resourceOptions(resources: ResourceSettings): Docker.HostConfig {
  const { cpuShares, cpuPeriodUs, cpuQuotaUs, memoryBytes, oomScoreAdj, pidsLimit } = resources;
  return {
    // The kernel's minimum is 2.
    ...(cpuShares === undefined ? {} : { CpuShares: Math.max(cpuShares, 2) }),
    ...(cpuPeriodUs === undefined ? {} : { CpuPeriod: cpuPeriodUs }),
    // The kernel's minimum is 1 ms.
    ...(cpuQuotaUs === undefined ? {} : { CpuQuota: Math.max(cpuQuotaUs, 1_000) }),
    // The same limit for both means no swap; without the second the engine allows as much again.
    ...(memoryBytes === undefined ? {} : { Memory: memoryBytes, MemorySwap: memoryBytes }),
    ...(pidsLimit === undefined ? {} : { PidsLimit: pidsLimit }),
    ...(oomScoreAdj === undefined ? {} : { OomScoreAdj: oomScoreAdj }),
  };
}
