import { below, mustBe } from '../../report.mjs';
import { containerOf, until } from '../../support.mjs';
import { allReady, costOfSilent, createPods, loadPod, measured, withAgent } from '../agent-under-load.mjs';
import { credentialsOf, PODS } from '../api.mjs';
import { openClients } from '../clients.mjs';

/** More than the connection of a follower that does not read takes in by itself. */
const LINE_BYTES = 1_000;
const WITHIN_MS = 300_000;

/**
 * Many follow the log of a container that writes as fast as it can; then the same beside some that do not read before the
 * others have everything. All get every line once and in order.
 */
export function run({ quick }) {
  const [readers, silent, lines] = quick ? [20, 4, 8_000] : [90, 10, 20_000];
  return withAgent(async (agent, api) => {
    const clients = await openClients('log-clients.mjs');
    try {
      const names = ['alone', 'beside'];
      await createPods(
        api,
        names.map((name) => loadPod(name, [writer(lines)])),
      );
      await allReady(api, names.length);
      const credentials = await credentialsOf(agent);
      const follow = (name, count, reads) => {
        const paths = Array.from({ length: count }, () => `${PODS}/${name}/log?follow=true`);
        return clients.call('open', { credentials, paths, reads });
      };
      const allThere = () =>
        until('every follower has every line', async () => (await clients.call('slowest')) === lines, WITHIN_MS, 20);
      const written = (name) =>
        measured(agent, async () => {
          await agent.kubelette('exec', name, '--', 'touch', '/tmp/go');
          await allThere();
        });

      await follow('alone', readers, true);
      const alone = await written('alone');
      const wrongAlone = await clients.call('closeRest');
      await follow('beside', readers, true);
      await follow('beside', silent, false);
      const beside = await written('beside');
      const cost = await costOfSilent(agent, clients, silent, allThere);
      const wrongBeside = await clients.call('closeRest');
      const megabytes = (lines * LINE_BYTES) / 1_048_576;
      return [
        {
          figure: `${lines} lines (${megabytes.toFixed(0)} MB) to ${readers} followers`,
          value: alone.seconds,
          unit: 's',
        },
        { figure: `the same beside ${silent} that do not read`, value: beside.seconds, unit: 's' },
        {
          figure: 'CPU of the agent meanwhile',
          value: [alone, beside].map(({ percent }) => percent.toFixed(0)).join(', '),
          unit: '% of a core',
        },
        {
          figure: 'peak of its memory',
          value: [alone, beside].map(({ after: { peakMegabytes } }) => peakMegabytes.toFixed(0)).join(', '),
          unit: 'MB',
        },
        below('memory of those that do not read, heap and buffers', cost.megabytes, 64, 'MB'),
        mustBe('every follower got every line once, in order', [...wrongAlone, ...wrongBeside]),
        mustBe('so did those that read only at the end', cost.wrong),
      ];
    } finally {
      await clients.close();
    }
  });
}

/** Begins when there is a file `/tmp/go`. */
const writer = (lines) =>
  containerOf(
    'app',
    `until [ -e /tmp/go ]; do usleep 50000; done
    awk 'BEGIN { pad = sprintf("%${LINE_BYTES - 7}s", ""); gsub(" ", "x", pad); for (i = 1; i <= ${lines}; i++) print i, pad }'
    trap "exit 0" TERM; sleep 100000 & wait`,
  );
