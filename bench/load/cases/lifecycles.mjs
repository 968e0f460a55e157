import { mustBe } from '../../report.mjs';
import { atATime, until } from '../../support.mjs';
import { leftOver, loadPod, measured, waits, withAgent } from '../agent-under-load.mjs';
import { PODS } from '../api.mjs';
import { livingIn } from '../inspector.mjs';
import { engineCounts } from '../leftovers.mjs';

const PODS_AT_A_TIME = 8;
const EVENTS = '/api/v1/namespaces/default/events';
const FILLER = '/api/v1/namespaces/default/configmaps';
const WRITERS = 32;
/** Threads come when they are first needed, and a few connections to the engine are kept. */
const SLACK = 8;
/** Longer than Node keeps a connection that is not used. */
const IDLE_MS = 6_000;

/**
 * Pods that are created, run and are deleted, some at a time. What lives in the agent after the first and after the last
 * ones must not differ, but for what is kept on purpose: the events of the last hour, which are deleted before each look,
 * and the last 10,000 changes for watchers, which are then changes of something else. (The recorder of events remembers up to
 * 4,096 of them to count repetitions: a megabyte or two that comes and stays.)
 */
export function run({ quick }) {
  const [lifecycles, history] = quick ? [16, 0] : [500, 10_000];
  const first = lifecycles / (quick ? 2 : 5);
  return withAgent(async (agent, api) => {
    const engineBefore = await engineCounts();
    const look = async () => {
      const left = await leftOver(agent);
      await api.remove(EVENTS);
      await fill(api, history);
      api.close();
      await connectionsClosed(agent);
      const { descriptors, threads } = await agent.usage();
      return { ...(await livingIn(agent)), descriptors, threads, left };
    };
    const warm = await measured(agent, () => live(api, 0, first));
    const early = await look();
    const rest = await measured(agent, () => live(api, first, lifecycles));
    const late = await look();
    const engineAfter = await engineCounts();
    const count = lifecycles - first;
    const grown = (what) => `${early[what].toFixed(1)}, ${late[what].toFixed(1)}`;
    return [
      {
        figure: `${lifecycles} pods created, run and deleted, ${PODS_AT_A_TIME} at a time`,
        value: warm.seconds + rest.seconds,
        unit: 's',
      },
      {
        figure: 'CPU of the agent for each',
        value: ((warm.cpuSeconds + rest.cpuSeconds) * 1_000) / lifecycles,
        unit: 'ms',
      },
      { figure: 'peak of its memory', value: rest.after.peakMegabytes, unit: 'MB' },
      mustBe(`heap after ${first} and after ${lifecycles}, MB`, within(late.heap - early.heap, count), grown('heap')),
      mustBe('buffers, MB', within(late.buffers - early.buffers, count), grown('buffers')),
      mustBe(
        'descriptors',
        more(early.descriptors, late.descriptors, SLACK),
        `${early.descriptors}, ${late.descriptors}`,
      ),
      mustBe('threads', more(early.threads, late.threads, SLACK), `${early.threads}, ${late.threads}`),
      mustBe(
        'timers',
        more(early.resources.Timeout ?? 0, late.resources.Timeout ?? 0, SLACK),
        `${early.resources.Timeout ?? 0}, ${late.resources.Timeout ?? 0}`,
      ),
      mustBe('nothing of them is left on the engine and on the disk', [...early.left, ...late.left]),
      mustBe('the engine has what it had', moreOnEngine(engineBefore, engineAfter)),
    ];
  });
}

async function live(api, from, to) {
  const names = Array.from({ length: to - from }, (_, index) => `life-${from + index}`);
  await atATime(PODS_AT_A_TIME, names, async (name) => {
    const path = `${PODS}/${name}`;
    const volumes = [{ name: 'scratch', emptyDir: {} }];
    const mounted = { ...waits('app'), volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }] };
    await api.create(PODS, loadPod(name, [mounted], { volumes }));
    const running = ({ status }) => status.phase === 'Running';
    await until(`${name} runs`, async () => running(await api.get(path)), 300_000, 100);
    await api.remove(path);
    const gone = ({ status }) => status === 404;
    await until(`${name} is gone`, () => api.get(path).then(() => false, gone), 300_000, 100);
  });
}

/** Ours at their end, which the agent notices one after the other; its own to the engine when they were not needed for a while. */
async function connectionsClosed(agent) {
  let before = Infinity;
  const settled = async () => {
    const { descriptors } = await agent.usage();
    const same = descriptors === before;
    before = descriptors;
    return same;
  };
  await until('no more connections are closed', settled, 60_000, IDLE_MS);
}

/** So many changes of something small. */
async function fill(api, changes) {
  const name = (writer) => `filler-${writer}`;
  const writers = Array.from({ length: WRITERS }, (_, index) => index);
  const metadata = (writer) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: name(writer) } });
  await Promise.all(
    writers.map(async (writer) => {
      if (changes === 0) return;
      await api.create(FILLER, metadata(writer));
      for (let number = 0; number < changes / WRITERS; number += 1)
        await api.patch(`${FILLER}/${name(writer)}`, { data: { number: `${number}` } });
      await api.remove(`${FILLER}/${name(writer)}`);
    }),
  );
}

/** Ten kilobytes for each pod would be a leak; less than a megabyte in all is noise. */
const within = (megabytes, pods) => (megabytes < 1 + pods / 102.4 ? [] : [`grew by ${megabytes.toFixed(1)} MB`]);

const more = (before, after, slack) => (after <= before + slack ? [] : [`${after - before} more`]);

/** Others may be at work on the same engine: what is there of volumes and networks of ours is looked at by name. */
const moreOnEngine = (before, after) =>
  ['networks', 'images']
    .filter((kind) => after[kind] > before[kind] + 1)
    .map((kind) => `${after[kind] - before[kind]} ${kind} more`);
