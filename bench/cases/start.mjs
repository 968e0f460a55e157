import { compare, rowsOf, timed } from '../compare.mjs';
import { withContenders } from '../contenders.mjs';
import { containerOf, podOf } from '../support.mjs';

/** Ends when told to, so that a removal is not a wait for the grace to pass. */
const SERVE = 'trap "exit 0" TERM; sleep 100000 & wait';
const apps = (count) => Array.from({ length: count }, (_, index) => containerOf(`app-${index}`, SERVE));

const SHAPES = {
  'one container': { containers: apps(1) },
  'three containers': { containers: apps(3) },
  'an init and two': { initContainers: [containerOf('init', 'true')], containers: apps(2) },
};
const WANTED = {
  'one container': { 'engine API': 'at most 1.10 x', 'docker CLI': 'below 1 x', 'docker-compose': 'at most 0.40 x' },
  'three containers': { 'engine API': 'at most 1.10 x', 'podman kube': 'at most 0.83 x' },
  removed: { 'podman kube': 'at most 0.20 x' },
};

/** From the order to a pod that runs, and from the order to nothing left of it. The image is there. */
export async function run({ quick, rounds = quick ? 3 : 7 }) {
  return withContenders(async (contenders) => {
    const rows = [];
    for (const [title, spec] of Object.entries(SHAPES)) {
      const removals = new Map(contenders.map(({ name }) => [name, []]));
      const starts = await compare(contenders, rounds, async (contender, round) => {
        const pods = [podOf(`s${round}`, { ...spec, terminationGracePeriodSeconds: 5 })];
        const took = await timed(() => contender.start(pods));
        const removal = await timed(() => contender.remove(pods));
        if (round > 0) removals.get(contender.name).push(removal);
        return took;
      });
      rows.push(...rowsOf(`${title}, started`, starts, WANTED[title]));
      rows.push(...rowsOf(`${title}, removed`, { ...starts, took: removals }, WANTED.removed));
    }
    return rows;
  });
}
