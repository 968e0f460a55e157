import { mustBe } from '../../report.mjs';
import { containerOf, until } from '../../support.mjs';
import { allReady, createPods, loadPod, measured, withAgent } from '../agent-under-load.mjs';
import { credentialsOf, PODS } from '../api.mjs';
import { openClients } from '../clients.mjs';
import { storedLines } from '../stored-lines.mjs';

const CONTAINERS = 10;
const LINE_BYTES = 250;
/** Small enough for many rotations, and enough files to have every line at the end. */
const ROTATION = ['--container-log-max-size', '100Ki', '--container-log-max-files', '1000'];
const LINES_AT_A_TIME = 20;
const PAUSE_MS = 88;
const CATCH_UP_MS = 300_000;

/**
 * Containers that write numbered lines all the time, 200 a second each, while their files are rotated again and again: every
 * line has to be in the files, and to come to whoever follows, once and in order.
 */
export function run({ quick, rounds: seconds = quick ? 4 : 60 }) {
  const lines = 200 * seconds;
  return withAgent(async (agent, api) => {
    const clients = await openClients('log-clients.mjs');
    try {
      const pods = Array.from({ length: CONTAINERS }, (_, index) => `writer-${index}`);
      await createPods(
        api,
        pods.map((name) => loadPod(name, [writer(lines)])),
      );
      await allReady(api, CONTAINERS);
      const credentials = await credentialsOf(agent);
      const paths = pods.map((name) => `${PODS}/${name}/log?follow=true`);
      await clients.call('open', { credentials, paths, reads: true });
      const writing = await measured(agent, async () => {
        await Promise.all(pods.map((name) => agent.kubelette('exec', name, '--', 'touch', '/tmp/go')));
        const done = async () => (await clients.call('slowest')) === lines;
        await until('every follower has the last line', done, seconds * 1_000 + CATCH_UP_MS, 50);
      });
      const wrong = await clients.call('closeRest');
      const stored = await Promise.all(pods.map((name) => storedLines(agent, name, 'app')));
      const wrongFiles = stored.flatMap(({ numbers }, index) =>
        isSeries(numbers, lines) ? [] : [`${pods[index]}: ${numbers.length} lines of ${lines}`],
      );
      return [
        {
          figure: `${CONTAINERS} containers, ${lines} lines each: written and followed`,
          value: writing.seconds,
          unit: 's',
        },
        { figure: 'that is', value: (CONTAINERS * lines) / writing.seconds, unit: 'lines/s', target: '2000 lines/s' },
        { figure: 'CPU of the agent meanwhile', value: writing.percent, unit: '% of a core' },
        { figure: 'peak of its memory meanwhile', value: writing.after.peakMegabytes, unit: 'MB' },
        { figure: 'files of each container, at least', value: Math.min(...stored.map(({ files }) => files)), unit: '' },
        mustBe('every line is stored once, in order', wrongFiles),
        mustBe('every follower got every line once, in order', wrong),
      ];
    } finally {
      await clients.close();
    }
  }, ROTATION);
}

const isSeries = (numbers, count) => numbers.length === count && numbers.every((number, index) => number === index + 1);

/** Begins when there is a file `/tmp/go`. */
const writer = (lines) =>
  containerOf(
    'app',
    `until [ -e /tmp/go ]; do usleep 50000; done
    awk 'BEGIN { pad = sprintf("%${LINE_BYTES - 5}s", ""); gsub(" ", "x", pad)
      for (i = 1; i <= ${lines}; i++) { print i, pad; if (i % ${LINES_AT_A_TIME} == 0) { fflush(); system("usleep ${PAUSE_MS}000") } } }'
    trap "exit 0" TERM; sleep 100000 & wait`,
  );
