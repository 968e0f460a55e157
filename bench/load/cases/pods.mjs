import { below, mustBe } from '../../report.mjs';
import { pause } from '../../support.mjs';
import { allReady, createPods, deletePods, leftOver, measured, podsOf, withAgent } from '../agent-under-load.mjs';
import { livingIn } from '../inspector.mjs';

const SETTLE_MS = 5_000;

/** A node full of pods, ordered at once; then all of them deleted. */
export function run({ quick }) {
  const count = quick ? 8 : 100;
  return withAgent(async (agent, api) => {
    const before = await livingIn(agent);
    const up = await measured(agent, async () => {
      await createPods(api, podsOf(count, 'pod'));
      await allReady(api, count);
    });
    await pause(quick ? 0 : SETTLE_MS);
    const running = await livingIn(agent);
    let left = [];
    const down = await measured(agent, async () => {
      await deletePods(api);
      left = await leftOver(agent);
    });
    await pause(quick ? 0 : SETTLE_MS);
    const after = await livingIn(agent);
    return [
      { figure: `${count} pods ordered at once, until all are ready`, value: up.seconds, unit: 's' },
      { figure: 'CPU of the agent meanwhile', value: up.percent, unit: '% of a core' },
      { figure: 'peak of its memory meanwhile', value: up.after.peakMegabytes, unit: 'MB' },
      below('its memory with all of them running', running.resident, 150, 'MB'),
      { figure: `${count} pods deleted at once, until nothing is left of them`, value: down.seconds, unit: 's' },
      { figure: 'CPU of the agent meanwhile', value: down.percent, unit: '% of a core' },
      {
        figure: 'its heap before, with all pods, after them',
        value: [before, running, after].map(({ heap }) => heap.toFixed(0)).join(', '),
        unit: 'MB',
      },
      mustBe('nothing of them is left on the engine and on the disk', left),
    ];
  });
}
