import { Kubelette } from '../../dist/index.js';
import { containerOf, containersOf, docker, IMAGE, percentile, podOf, until } from '../support.mjs';

const ROUNDS = 20;

/** From the death of a process to the first restarted one, beside what the engine alone takes for a create and a start. */
export async function run() {
  const node = await Kubelette.start();
  const restarts = [];
  const floors = [];
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const pod = await node.apply(
        podOf(`restart-${round}`, { containers: [containerOf('app', 'exec sleep 100000')] }),
      );
      await pod.ready();
      const [sandbox] = await containersOf(pod, 'POD');
      floors.push(await createAndStart(sandbox.Id));
      const [before] = await containersOf(pod, 'app');
      await docker.getContainer(before.Id).kill();
      await until('the restart', () => pod.status().containerStatuses?.[0]?.restartCount === 1);
      const [old, fresh] = await containersOf(pod, 'app');
      restarts.push(Date.parse(fresh.State.StartedAt) - Date.parse(old.State.FinishedAt));
      await pod.delete();
    }
  } finally {
    await node.stop();
  }
  const [p50, floor] = [percentile(restarts, 0.5), percentile(floors, 0.5)];
  return [
    {
      figure: 'death of a process to its first restarted process, p50',
      value: p50,
      unit: 'ms',
    },
    {
      figure: "the engine's own create and start, p50",
      value: floor,
      unit: 'ms',
      ratio: p50 / floor,
      target: 'at most 1.3 x',
    },
  ];
}

async function createAndStart(sandboxId) {
  const joined = `container:${sandboxId}`;
  const began = performance.now();
  const container = await docker.createContainer({
    Image: IMAGE,
    Cmd: ['sleep', '100000'],
    HostConfig: { NetworkMode: joined, IpcMode: joined },
  });
  await container.start();
  const took = performance.now() - began;
  await container.remove({ force: true });
  return took;
}
