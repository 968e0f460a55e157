import type { Pod } from '../../../api/schema/pod.js';

/** Those that touch nobody but the pod. Source: kubelet pkg/kubelet/sysctl/safe_sysctls.go */
const SAFE = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_wmem',
];

/** Slashes are another way to write the dots. */
export const dotted = (sysctl: string): string => sysctl.replaceAll('/', '.');

/**
 * Why the pod may not run with its sysctls, told of the first that is wrong; undefined: it may.
 * Source: kubelet pkg/kubelet/sysctl/allowlist.go Admit, reason `SysctlForbidden`
 */
export function forbiddenSysctl({ spec }: Pod): string | undefined {
  for (const { name } of spec.securityContext?.sysctls ?? []) {
    const sysctl = dotted(name);
    const about = `forbidden sysctl: ${JSON.stringify(name)}`;
    if (!SAFE.includes(sysctl)) return `${about} not allowlisted`;
    if (spec.hostNetwork === true && sysctl.startsWith('net.')) return `${about} not allowed with host net enabled`;
    if (spec.hostIPC === true && sysctl.startsWith('kernel.')) return `${about} not allowed with host ipc enabled`;
  }
  return undefined;
}
