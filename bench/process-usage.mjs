import { readdir, readFile, writeFile } from 'node:fs/promises';

const TICKS_PER_SECOND = 100;

/** What the kernel says that a process uses: CPU since its start, memory now and at most, descriptors, threads. */
export async function usageOf(pid) {
  const [stat, status, descriptors] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
    readdir(`/proc/${pid}/fd`),
  ]);
  const [user, system] = stat.split(') ').at(-1).split(' ').slice(11, 13).map(Number);
  const field = (name) => Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status)[1]);
  return {
    cpuSeconds: (user + system) / TICKS_PER_SECOND,
    megabytes: field('VmRSS') / 1_024,
    peakMegabytes: field('VmHWM') / 1_024,
    descriptors: descriptors.length,
    threads: field('Threads'),
  };
}

/** The peak of memory is counted anew from here. */
export const resetPeak = (pid) => writeFile(`/proc/${pid}/clear_refs`, '5');
