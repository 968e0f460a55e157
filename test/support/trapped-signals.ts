import { readdir, readFile } from 'node:fs/promises';
import type { Pod } from '../../src/api/schema/pod.js';
import { eventually } from './eventually.js';

/** In the masks of /proc: SIGTERM, and SIGUSR1, which an image or a pod may want instead. */
const TO_STOP = (1n << 14n) | (1n << 9n);

/**
 * Resolves when every shell of the pod that is to catch or to ignore a signal to stop does, those of sidecars too. A container
 * runs before that: a signal that comes sooner is lost, as the first process of a container hears only what it asked for.
 */
export async function trapsAreSet({ spec, status }: Pod): Promise<void> {
  const { containerStatuses = [], initContainerStatuses = [] } = status ?? {};
  for (const { command = [], name } of [...(spec.initContainers ?? []), ...spec.containers]) {
    const running = [...initContainerStatuses, ...containerStatuses].find(
      (one) => one.name === name && one.state?.running !== undefined,
    );
    const id = running?.containerID?.replace('docker://', '');
    if (id !== undefined && command.some((word) => word.includes('trap '))) await trapIsSet(id);
  }
}

/** The same for one container of the engine, by its id. */
export async function trapIsSet(id: string): Promise<void> {
  await eventually(`${id} has set its trap`, async () => {
    const all = await processesOf(id);
    // It may have ended since.
    return all.length === 0 || all.some(hearsSignal);
  });
}

/** `/proc/PID/status` of all processes of the container, on this machine. */
async function processesOf(id: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const statuses = await Promise.all(
    pids.map(async (pid) => {
      const cgroup = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
      return cgroup.includes(id) ? readFile(`/proc/${pid}/status`, 'utf8').catch(() => '') : '';
    }),
  );
  return statuses.filter((text) => text !== '');
}

/** Until the engine's own program has become that of the container, it is that which would hear. */
const hearsSignal = (status: string): boolean =>
  !status.startsWith('Name:\trunc') &&
  [...status.matchAll(/^Sig(?:Cgt|Ign):\s*([0-9a-f]+)$/gm)].some(
    ([, mask = '0']) => (BigInt(`0x${mask}`) & TO_STOP) !== 0n,
  );
