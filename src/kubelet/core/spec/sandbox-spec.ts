import type { Pod } from '../../../api/schema/pod.js';
import type { PortMapping, SandboxSpec } from '../../../runtime/specs.js';
import { dnsFile, type Resolver } from './dns-file.js';
import { podHostname } from './hostname.js';
import { hostsFile } from './hosts-file.js';
import { podIdentity } from '../view/pod-identity.js';
import { dotted } from './sysctls.js';

/**
 * Everything the sandbox of a pod is made from but its volumes: a pure function of pod and node, the same for every attempt.
 * @param resolver of the node
 * @throws KubeletteError `Invalid` when the pod cannot have the host name it asks for
 */
export function buildSandboxSpec(pod: Pod, attempt: number, resolver: Resolver): Omit<SandboxSpec, 'volumes'> {
  const { spec } = pod;
  const dns = dnsFile(pod, resolver);
  return {
    pod: podIdentity(pod),
    attempt,
    specHash: pod.metadata.uid ?? '',
    hostname: spec.hostNetwork === true ? '' : podHostname(pod).kernel,
    network: spec.hostNetwork === true ? 'host' : 'pod',
    ipc: spec.hostIPC === true ? 'host' : 'pod',
    pid: spec.hostPID === true ? 'host' : 'sandbox',
    files: [
      { path: '/etc/hosts', text: hostsFile(pod) },
      ...(dns === undefined ? [] : [{ path: '/etc/resolv.conf', text: dns.text } as const]),
    ],
    ports: spec.hostNetwork === true ? [] : portMappings(pod),
    sysctls: Object.fromEntries((spec.securityContext?.sysctls ?? []).map(({ name, value }) => [dotted(name), value])),
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
