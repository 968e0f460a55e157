import { describe, expect, it } from '@jest/globals';
import type { PodSpec } from '../../../../../src/api/schema/pod.js';
import { forbiddenSysctl } from '../../../../../src/kubelet/core/spec/sysctls.js';
import { aPod } from '../../../../support/builders.js';

const asking = (...names: string[]): Partial<PodSpec> => ({
  securityContext: { sysctls: names.map((name) => ({ name, value: '1' })) },
});

describe('sysctls', () => {
  it.each<[string, Partial<PodSpec>, string | undefined]>([
    ['none', {}, undefined],
    ['safe ones, with dots or slashes', asking('net.ipv4.tcp_syncookies', 'kernel/shm_rmid_forced'), undefined],
    [
      'others, of which the first is told',
      asking('net.ipv4.tcp_syncookies', 'net/ipv4/ip_forward', 'kernel.msgmax'),
      'forbidden sysctl: "net/ipv4/ip_forward" not allowlisted',
    ],
    [
      "those of the host's network",
      { hostNetwork: true, ...asking('kernel.shm_rmid_forced', 'net.ipv4.tcp_rmem') },
      'forbidden sysctl: "net.ipv4.tcp_rmem" not allowed with host net enabled',
    ],
    [
      "those of the host's IPC",
      { hostIPC: true, ...asking('kernel.shm_rmid_forced') },
      'forbidden sysctl: "kernel.shm_rmid_forced" not allowed with host ipc enabled',
    ],
  ])('%s', (_what, spec, wanted) => {
    expect(forbiddenSysctl(aPod(spec))).toBe(wanted);
  });
});
