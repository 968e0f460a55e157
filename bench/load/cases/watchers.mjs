import { below, mustBe } from '../../report.mjs';
import { percentile, until } from '../../support.mjs';
import { allReady, costOfSilent, createPods, measured, podsOf, withAgent } from '../agent-under-load.mjs';
import { credentialsOf, PODS } from '../api.mjs';
import { openClients } from '../clients.mjs';
import { livingIn } from '../inspector.mjs';

const PODS_CHANGED = 10;
const CATCH_UP_MS = 120_000;

/**
 * Many watch, half as informers do and half as `kubectl get -w` does, while pods change; then more come that never read.
 * Every one has to get every change in order, the latter when they read at last.
 */
export function run({ quick, rounds: seconds = quick ? 2 : 20 }) {
  const [readers, silent] = quick ? [100, 10] : [1_000, 50];
  const perSecond = 100;
  return withAgent(async (agent, api) => {
    const clients = await openClients('watch-clients.mjs');
    try {
      await createPods(api, podsOf(PODS_CHANGED, 'changed'));
      await allReady(api, PODS_CHANGED);
      const credentials = await credentialsOf(agent);
      const changes = new Changes(api);
      const watch = async (count, reads) => {
        const { metadata } = await api.get(PODS);
        const path = `${PODS}?watch=true&allowWatchBookmarks=true&resourceVersion=${metadata.resourceVersion}`;
        for (const form of ['object', 'table'])
          await clients.call('open', { credentials, path, form, count: count / 2, reads, numbers: changes.numbers });
      };
      const allThere = () =>
        until(
          'every watcher has every change',
          async () => (await clients.call('slowest')) === changes.made,
          CATCH_UP_MS,
          20,
        );
      const phase = async () => {
        const used = await measured(agent, async () => {
          await changes.run(perSecond, seconds);
          await allThere();
        });
        return {
          ...used,
          perChange: (used.cpuSeconds * 1_000) / (perSecond * seconds),
          times: await clients.call('times'),
        };
      };

      const opening = await measured(agent, () => watch(readers, true));
      const alone = await phase();
      const before = await livingIn(agent);
      await watch(silent, false);
      const beside = await phase();
      const cost = await costOfSilent(agent, clients, silent, allThere);
      const wrong = await clients.call('closeRest');
      return [
        { figure: `${readers} watches opened`, value: opening.seconds, unit: 's' },
        ...timesOf(`${perSecond} changes/s`, alone),
        below(`${silent} more that never read: p99 of the others`, beside.times.p99, 250, 'ms'),
        below('their memory, heap and buffers', cost.megabytes, 64, 'MB'),
        {
          figure: 'the agent: resident before and after them',
          value: [before, cost].map(({ resident }) => resident.toFixed(0)).join(', '),
          unit: 'MB',
        },
        {
          figure: 'answer to a change, p50, p99',
          value: [0.5, 0.99].map((share) => percentile(changes.answers, share).toFixed(0)).join(', '),
          unit: 'ms',
        },
        mustBe(`every watcher got all ${changes.made} changes, in order`, wrong),
        mustBe('so did those that read only at the end', cost.wrong),
      ];
    } finally {
      await clients.close();
    }
  });
}

const timesOf = (what, { percent, perChange, after, times: { max, p50, p99 } }) => [
  { figure: `${what}: from the sending to each watcher, p50`, value: p50, unit: 'ms' },
  below(`${what}: p99`, p99, 250, 'ms'),
  { figure: `${what}: worst`, value: max, unit: 'ms' },
  { figure: 'CPU of the agent meanwhile', value: percent, unit: '% of a core' },
  { figure: 'and for each change, all watchers together', value: perChange, unit: 'ms' },
  { figure: 'peak of its memory meanwhile', value: after.peakMegabytes, unit: 'MB' },
];

/** Numbered changes of the pods' annotations, each sent at its time or, when that has passed, at once. */
class Changes {
  made = 0;
  answers = [];
  #api;
  numbers = Array.from({ length: PODS_CHANGED }, () => 0);

  constructor(api) {
    this.#api = api;
  }

  /** A pod's next change waits for the answer to the one before, so that they have an order. */
  async run(perSecond, seconds) {
    const periodMs = (1_000 * PODS_CHANGED) / perSecond;
    const began = performance.now();
    await Promise.all(
      this.numbers.map(async (_, pod) => {
        for (let round = 0; round < (seconds * perSecond) / PODS_CHANGED; round += 1) {
          const due = began + periodMs * (round + pod / PODS_CHANGED);
          const early = due - performance.now();
          if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
          await this.#change(pod);
        }
      }),
    );
  }

  async #change(pod) {
    this.numbers[pod] += 1;
    this.made += 1;
    const sent = Number(process.hrtime.bigint() / 1_000n) / 1_000;
    const annotations = { 'load/number': `${this.numbers[pod]}`, 'load/pod': `${pod}`, 'load/sent': `${sent}` };
    await this.#api.patch(`${PODS}/changed-${pod}`, { metadata: { annotations } });
    this.answers.push(Number(process.hrtime.bigint() / 1_000n) / 1_000 - sent);
  }
}
