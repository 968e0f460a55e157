import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { stringify } from 'yaml';

import { openAgent } from '../agent-process.mjs';
import { containerOf, median, pause, podOf } from '../support.mjs';

/**
 * So long after the last pod has started its traces are gone. V8 returns the memory of the start about 50 s after it, in one
 * collection of a tenth of a second, which would be most of what is measured.
 */
const SETTLE_MS = 60_000;

/** What an agent costs that has nothing to do, and how long one takes to start and adopt what runs. */
export async function run({ quick, rounds = quick ? 3 : 5 }) {
  const rows = [];
  const agent = await openAgent();
  try {
    let there = 0;
    // The first start makes keys and certificates.
    rows.push({ figure: 'very first start of an agent', value: await agent.start(), unit: 'ms' });
    for (const pods of quick ? [0, 20] : [0, 30, 100]) {
      await add(agent, there, pods);
      there = pods;
      await pause(SETTLE_MS);
      const { megabytes, percent } = await agent.idle(quick ? 15_000 : 60_000);
      const [most, largest] = pods === 100 ? ['below 2 %', 'below 150 MB'] : [];
      rows.push({ figure: `idle with ${pods} pods`, value: percent, unit: '% of a core', target: most });
      rows.push({ figure: `memory with ${pods} pods`, value: megabytes, unit: 'MB', target: largest });
      const starts = [];
      for (let round = 0; round < rounds; round += 1) {
        await agent.stop();
        starts.push(await agent.start());
      }
      const target = { 0: 'below 500 ms', 100: 'below 1500 ms' }[pods];
      const figure = `start of an agent with ${pods} pods to adopt`;
      rows.push({ figure, value: median(starts), samples: starts, unit: 'ms', target });
    }
  } finally {
    await agent.close();
  }
  return rows;
}

async function add(agent, from, to) {
  if (from === to) return;
  const directory = await mkdtemp(join(tmpdir(), 'kubelette-bench-'));
  const containers = [containerOf('app', 'trap "exit 0" TERM; sleep 100000 & wait')];
  const pods = Array.from({ length: to - from }, (_, index) => podOf(`idle-${from + index}`, { containers }));
  await writeFile(join(directory, 'pods.yaml'), pods.map((pod) => stringify(pod)).join('---\n'));
  await agent.kubelette('apply', '-f', directory);
  await agent.kubelette('wait', 'pods', '--all', '--for=condition=Ready', '--timeout=600s');
  await rm(directory, { recursive: true });
}
