import type { Pod } from '../../api/schema/pod.js';
import type { DnsSettings, PortMapping, SandboxSpec } from '../../runtime/specs.js';
import { podIdentity } from './pod-identity.js';

/** Kernel limit of a host name. Source: kubelet truncatePodHostnameIfNeeded. */
const MAX_HOSTNAME_LENGTH = 63;

/** Everything the sandbox of a pod is made from but its volumes: a pure function of the pod, the same for every attempt. */
export function buildSandboxSpec(pod: Pod, attempt: number): Omit<SandboxSpec, 'volumes'> {
  const { spec } = pod;
  const dns = dnsSettings(pod);
  return {
    pod: podIdentity(pod),
    attempt,
    specHash: pod.metadata.uid ?? '',
    hostname: hostname(pod),
    network: spec.hostNetwork === true ? 'host' : 'pod',
    ipc: spec.hostIPC === true ? 'host' : 'pod',
    pid: spec.hostPID === true ? 'host' : 'sandbox',
    ...(dns === undefined ? {} : { dns }),
    hostAliases: (spec.hostAliases ?? []).map(({ hostnames, ip }) => ({ ip, hostnames: hostnames ?? [] })),
    ports: spec.hostNetwork === true ? [] : portMappings(pod),
    sysctls: Object.fromEntries(
      (spec.securityContext?.sysctls ?? []).map(({ name, value }) => [name.replaceAll('/', '.'), value]),
    ),
  };
}

/** `spec.hostname` or the pod's name, cut to what a kernel accepts. */
function hostname(pod: Pod): string {
  const { hostname: given = '' } = pod.spec;
  const wanted = given === '' ? pod.metadata.name : given;
  return wanted.slice(0, MAX_HOSTNAME_LENGTH).replace(/[-.]+$/, '');
}

/** Without settings of its own the pod gets the engine's name servers: there is no cluster DNS. */
function dnsSettings({ spec }: Pod): DnsSettings | undefined {
  const { dnsConfig } = spec;
  if (dnsConfig === undefined) return undefined;
  return {
    nameservers: dnsConfig.nameservers ?? [],
    searches: dnsConfig.searches ?? [],
    options: (dnsConfig.options ?? []).map(({ name = '', value = '' }) => (value === '' ? name : `${name}:${value}`)),
  };
}

/** Host ports belong to the sandbox. An entry without one is information only. */
function portMappings({ spec }: Pod): PortMapping[] {
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...sidecars, ...spec.containers].flatMap((container) =>
    (container.ports ?? []).flatMap(({ containerPort, hostIP, hostPort, protocol }) =>
      hostPort === undefined || hostPort === 0
        ? []
        : [
            {
              containerPort,
              hostPort,
              hostIP: hostIP ?? '',
              protocol: (protocol ?? 'TCP').toLowerCase() as PortMapping['protocol'],
            },
          ],
    ),
  );
}
