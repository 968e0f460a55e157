import { compare, rowsOf, timed } from '../compare.mjs';
import { withContenders } from '../contenders.mjs';
import { containerOf, podOf } from '../support.mjs';

/** Pods of one container, ordered at once: until all of them run. */
export async function run({ quick, rounds = quick ? 1 : 3 }) {
  const count = quick ? 8 : 20;
  const containers = [containerOf('app', 'trap "exit 0" TERM; sleep 100000 & wait')];
  const wanted = { 'engine API': 'at most 1.15 x', 'podman kube': 'at most 0.83 x' };
  return withContenders(async (contenders) => {
    const removals = new Map(contenders.map(({ name }) => [name, []]));
    const starts = await compare(contenders, rounds, async (contender, round) => {
      const spec = { containers, terminationGracePeriodSeconds: 5 };
      const pods = Array.from({ length: count }, (_, index) => podOf(`m${round}-${index}`, spec));
      const took = await timed(() => contender.start(pods));
      const removal = await timed(() => contender.remove(pods));
      if (round > 0) removals.get(contender.name).push(removal);
      return took;
    });
    return [
      ...rowsOf(`${count} pods at once, started`, starts, wanted),
      ...rowsOf(`${count} pods at once, removed`, { ...starts, took: removals }),
    ];
  });
}
