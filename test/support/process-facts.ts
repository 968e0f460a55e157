import type { PodHandle } from '../../src/testing/pod-handle.js';

/** What the kernel says of a process in a container. */
export interface ProcessFacts {
  /** Of /proc/self/status: `CapEff`, `NoNewPrivs`, `Seccomp`, `Uid`, `Groups`, … */
  readonly status: Readonly<Record<string, string>>;
  readonly oomScoreAdj: number;
  /** Of its cgroup; undefined for no limit. */
  readonly memoryBytes: number | undefined;
  /** Microseconds of each period of 100 ms; undefined for no limit. */
  readonly cpuQuotaUs: number | undefined;
}

const FACTS = [
  'cat /proc/self/status',
  'echo "OomScoreAdj: $(cat /proc/self/oom_score_adj)"',
  'cd /sys/fs/cgroup',
  'echo "Memory: $(cat memory.max memory/memory.limit_in_bytes 2>/dev/null)"',
  'echo "Quota: $(cat cpu.max cpu/cpu.cfs_quota_us 2>/dev/null)"',
].join('; ');

/** As large as the kernel counts: no limit. */
const NO_LIMIT = 2 ** 60;

/** Read with a shell in the container, on either version of cgroups. */
export async function processFacts(pod: PodHandle, container: string): Promise<ProcessFacts> {
  const { stdout } = await pod.exec(['sh', '-c', FACTS], { container });
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(/:\s*/));
  const status = Object.fromEntries(lines.map(([name = '', value = '']) => [name, value.trim()]));
  const limit = (text = ''): number | undefined => {
    const value = Number(text.split(' ')[0]);
    return Number.isNaN(value) || value < 0 || value > NO_LIMIT ? undefined : value;
  };
  return {
    status,
    oomScoreAdj: Number(status['OomScoreAdj']),
    memoryBytes: limit(status['Memory']),
    cpuQuotaUs: limit(status['Quota']),
  };
}
