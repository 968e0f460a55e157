import type { LifecycleHandler, Pod, Probe } from '../schema/pod.js';
import {
  allContainers,
  badSetters,
  containers,
  containersThat,
  plural,
  quoted,
  sorted,
  type Check,
  type Violation,
} from './check.js';

const APPARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';
const SECCOMP_OF_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_OF_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
const SAFE_CAPABILITIES = new Set([
  ...['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE'],
  ...['SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT'],
]);
/** By the minor version from which on they count as safe. */
const SAFE_SYSCTLS: ReadonlyMap<string, number> = new Map([
  ['kernel.shm_rmid_forced', 0],
  ['net.ipv4.ip_local_port_range', 0],
  ['net.ipv4.tcp_syncookies', 0],
  ['net.ipv4.ping_group_range', 0],
  ['net.ipv4.ip_unprivileged_port_start', 0],
  ['net.ipv4.ip_local_reserved_ports', 27],
  ['net.ipv4.tcp_keepalive_time', 29],
  ['net.ipv4.tcp_fin_timeout', 29],
  ['net.ipv4.tcp_keepalive_intvl', 29],
  ['net.ipv4.tcp_keepalive_probes', 29],
  ['net.ipv4.tcp_rmem', 32],
  ['net.ipv4.tcp_wmem', 32],
]);
const SAFE_SELINUX_TYPES: ReadonlyMap<string, number> = new Map([
  ['', 0],
  ['container_t', 0],
  ['container_init_t', 0],
  ['container_kvm_t', 0],
  ['container_engine_t', 31],
]);

function isSafe(list: ReadonlyMap<string, number>, name: string, minor: number): boolean {
  const since = list.get(name);
  return since !== undefined && since <= minor;
}

/** `key="value"` of the annotations that do not pass. */
const badAnnotations = ({ metadata }: Pod, isBad: (key: string, value: string) => boolean): string[] =>
  sorted(
    Object.entries(metadata.annotations ?? {})
      .filter(([key, value]) => isBad(key, value))
      .map(([key, value]) => `${key}=${JSON.stringify(value)}`),
  );

function appArmorProfile(pod: Pod): Violation | undefined {
  const found = badSetters(
    pod,
    pod.spec.securityContext?.appArmorProfile?.type,
    ({ securityContext }) => securityContext?.appArmorProfile?.type,
    (type) => type !== 'RuntimeDefault' && type !== 'Localhost',
  );
  const annotations = badAnnotations(
    pod,
    (key, value) => key.startsWith(APPARMOR_ANNOTATION) && !/^(|runtime\/default|localhost\/.*)$/.test(value),
  );
  if (found === undefined && annotations.length === 0) return undefined;
  const values = [...sorted(found?.values ?? []), ...annotations];
  const setters = [
    ...(found === undefined ? [] : [found.setters]),
    ...(annotations.length === 0 ? [] : [plural('annotation', 'annotations', annotations.length)]),
  ];
  return {
    reason: plural('forbidden AppArmor profile', 'forbidden AppArmor profiles', values.length),
    detail: `${setters.join(' and ')} must not set AppArmor profile type to ${quoted(values)}`,
  };
}

function capabilities(pod: Pod): Violation | undefined {
  const added = allContainers(pod).flatMap(({ name, securityContext }) =>
    (securityContext?.capabilities?.add ?? [])
      .filter((capability) => !SAFE_CAPABILITIES.has(capability))
      .map((capability) => ({ name, capability })),
  );
  if (added.length === 0) return undefined;
  const names = [...new Set(added.map(({ name }) => name))];
  const bad = quoted(sorted(added.map(({ capability }) => capability)));
  return {
    reason: 'non-default capabilities',
    detail: `${containers(names)} must not include ${bad} in securityContext.capabilities.add`,
  };
}

function hostNamespaces({ spec }: Pod): Violation | undefined {
  const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field] === true);
  if (shared.length === 0) return undefined;
  return { reason: 'host namespaces', detail: shared.map((field) => `${field}=true`).join(', ') };
}

function hostPathVolumes({ spec }: Pod): Violation | undefined {
  const names = (spec.volumes ?? []).filter(({ hostPath }) => hostPath !== undefined).map(({ name }) => name);
  if (names.length === 0) return undefined;
  return { reason: 'hostPath volumes', detail: `${plural('volume', 'volumes', names.length)} ${quoted(names)}` };
}

function hostPorts(pod: Pod): Violation | undefined {
  const used = allContainers(pod).flatMap(({ name, ports }) =>
    (ports ?? []).flatMap(({ hostPort = 0 }) => (hostPort === 0 ? [] : [{ name, port: String(hostPort) }])),
  );
  if (used.length === 0) return undefined;
  const names = [...new Set(used.map(({ name }) => name))];
  const ports = sorted(used.map(({ port }) => port));
  const use = plural('uses', 'use', names.length);
  return {
    reason: 'hostPort',
    detail: `${containers(names)} ${use} ${plural('hostPort', 'hostPorts', ports.length)} ${ports.join(', ')}`,
  };
}

const hostsOf = (action: Probe | LifecycleHandler | undefined): string[] =>
  [action?.httpGet?.host ?? '', action?.tcpSocket?.host ?? ''].filter((host) => host !== '');

function probeHosts(pod: Pod): Violation | undefined {
  const used = allContainers(pod).flatMap(({ name, lifecycle, livenessProbe, readinessProbe, startupProbe }) =>
    [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop]
      .flatMap(hostsOf)
      .map((host) => ({ name, host })),
  );
  if (used.length === 0) return undefined;
  const names = sorted(used.map(({ name }) => name));
  const hosts = sorted(used.map(({ host }) => host));
  const what = plural('probe or lifecycle host', 'probe or lifecycle hosts', hosts.length);
  return {
    reason: 'probe or lifecycle host',
    detail: `${containers(names)} ${plural('uses', 'use', names.length)} ${what} ${quoted(hosts)}`,
  };
}

function privileged(pod: Pod): Violation | undefined {
  const names = containersThat(pod, ({ securityContext }) => securityContext?.privileged === true);
  if (names.length === 0) return undefined;
  return { reason: 'privileged', detail: `${containers(names)} must not set securityContext.privileged=true` };
}

/** No allowance for pods with a user namespace of their own: the engine gives them none. */
function procMount(pod: Pod): Violation | undefined {
  const found = badSetters(
    pod,
    undefined,
    ({ securityContext }) => securityContext?.procMount,
    (type) => type !== 'Default',
  );
  if (found === undefined) return undefined;
  return {
    reason: 'procMount',
    detail: `${found.setters} must not set securityContext.procMount to ${quoted(sorted(found.values))}`,
  };
}

function seLinuxOptions(pod: Pod, minor: number): Violation | undefined {
  const found = badSetters(
    pod,
    pod.spec.securityContext?.seLinuxOptions,
    ({ securityContext }) => securityContext?.seLinuxOptions,
    ({ role = '', type = '', user = '' }) => !isSafe(SAFE_SELINUX_TYPES, type, minor) || user !== '' || role !== '',
  );
  if (found === undefined) return undefined;
  const types = sorted(
    found.values.map(({ type = '' }) => type).filter((type) => !isSafe(SAFE_SELINUX_TYPES, type, minor)),
  );
  const data = [
    ...(types.length === 0 ? [] : [`${plural('type', 'types', types.length)} ${quoted(types)}`]),
    ...(['user', 'role'] as const)
      .filter((field) => found.values.some((options) => (options[field] ?? '') !== ''))
      .map((field) => `${field} may not be set`),
  ];
  return {
    reason: 'seLinuxOptions',
    detail: `${found.setters} set forbidden securityContext.seLinuxOptions: ${data.join('; ')}`,
  };
}

/** Which profiles pass at every level. */
export const isSafeSeccomp = (type: string): boolean => type === 'RuntimeDefault' || type === 'Localhost';

/** Fields since 1.19, annotations before. */
function seccompProfile(pod: Pod, minor: number): Violation | undefined {
  if (minor < 19) return seccompAnnotations(pod);
  const found = badSetters(
    pod,
    pod.spec.securityContext?.seccompProfile?.type,
    ({ securityContext }) => securityContext?.seccompProfile?.type,
    (type) => !isSafeSeccomp(type),
  );
  if (found === undefined) return undefined;
  const values = quoted(sorted(found.values));
  return {
    reason: 'seccompProfile',
    detail: `${found.setters} must not set securityContext.seccompProfile.type to ${values}`,
  };
}

function seccompAnnotations(pod: Pod): Violation | undefined {
  const keys = new Set([SECCOMP_OF_POD, ...allContainers(pod).map(({ name }) => `${SECCOMP_OF_CONTAINER}${name}`)]);
  const found = badAnnotations(
    pod,
    (key, value) => keys.has(key) && !/^(runtime\/default|docker\/default|localhost\/.*)$/.test(value),
  );
  if (found.length === 0) return undefined;
  return {
    reason: 'seccompProfile',
    detail: `forbidden ${plural('annotation', 'annotations', found.length)} ${found.join(', ')}`,
  };
}

function sysctls({ spec }: Pod, minor: number): Violation | undefined {
  const bad = (spec.securityContext?.sysctls ?? []).filter(({ name }) => !isSafe(SAFE_SYSCTLS, name, minor));
  if (bad.length === 0) return undefined;
  return { reason: 'forbidden sysctls', detail: bad.map(({ name }) => name).join(', ') };
}

function windowsHostProcess(pod: Pod): Violation | undefined {
  const found = badSetters(
    pod,
    pod.spec.securityContext?.windowsOptions?.hostProcess,
    ({ securityContext }) => securityContext?.windowsOptions?.hostProcess,
    (value) => value,
  );
  if (found === undefined) return undefined;
  return {
    reason: 'hostProcess',
    detail: `${found.setters} must not set securityContext.windowsOptions.hostProcess=true`,
  };
}

/**
 * What keeps a pod from the rights of its node. In the order of names.
 * Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/, texts of k8s.io/pod-security-admission
 */
export const baselineChecks: readonly Check[] = [
  { id: 'appArmorProfile', since: 0, run: appArmorProfile },
  { id: 'capabilities_baseline', since: 0, run: capabilities },
  { id: 'hostNamespaces', since: 0, run: hostNamespaces },
  { id: 'hostPathVolumes', since: 0, run: hostPathVolumes },
  { id: 'hostPorts', since: 0, run: hostPorts },
  { id: 'hostProbesAndHostLifecycle', since: 34, run: probeHosts },
  { id: 'privileged', since: 0, run: privileged },
  { id: 'procMount', since: 0, run: procMount },
  { id: 'seLinuxOptions', since: 0, run: seLinuxOptions },
  { id: 'seccompProfile_baseline', since: 0, run: seccompProfile },
  { id: 'sysctls', since: 0, run: sysctls },
  { id: 'windowsHostProcess', since: 0, run: windowsHostProcess },
];
