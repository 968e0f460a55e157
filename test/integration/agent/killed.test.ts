import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../src/api/schema/pod.js';
import { systemClock } from '../../../src/lib/clock.js';
import { app, DEAF, isReady, podOf, SERVES, TestNode } from '../../support/agent.js';
import type { AgentTask } from '../../support/agent-child.js';
import { AgentProcess, bundleAgentProcess } from '../../support/agent-process.js';
import { eventually } from '../../support/eventually.js';

/** How often the agent is killed in each life of the pods, and how many lives there are: more by hand, few in CI. */
const KILLS = Number(process.env['AGENT_KILLS'] ?? 8);
const LIVES = Number(process.env['AGENT_KILL_LIVES'] ?? 2);
const FIRST_SEED = Number(process.env['AGENT_KILL_SEED'] ?? 1);
/** Most of what an agent does with these pods happens in its first second and a half. */
const LONGEST_LIFE_MS = 1_500;

const data = { volumeMounts: [{ name: 'data', mountPath: '/data' }] };
const volumes = [{ name: 'data', emptyDir: {} }];
/** Every start of a container leaves a line in the pod's volume. */
const pods = (): readonly Pod[] => [
  podOf('web', {
    volumes,
    initContainers: [
      app('echo one >>/data/starts; sleep 0.3', { name: 'one', ...data }),
      app('echo two >>/data/starts; sleep 0.1', { name: 'two', ...data }),
    ],
    containers: [app(`echo app >>/data/starts; ${SERVES}`, data), app(SERVES, { name: 'side' })],
  }),
  podOf('crash', {
    volumes,
    containers: [
      app('echo crash >>/data/starts; sleep 0.5; exit 1', { name: 'crash', ...data }),
      app(`echo app >>/data/starts; ${SERVES}`, data),
    ],
  }),
  podOf('job', {
    restartPolicy: 'Never',
    volumes,
    containers: [app('echo job >>/data/starts; sleep 0.4', data), app('sleep 8', { name: 'reader', ...data })],
  }),
];

/** Numbers from 0 to 1, the same for the same seed. */
function random(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

describe('an agent that is killed with -9 again and again', () => {
  let node: TestNode;
  let bundle: string;
  beforeAll(async () => {
    node = await TestNode.open('killed');
    bundle = await bundleAgentProcess(node.dataDir);
  });
  afterEach(async () => node.halt());
  afterAll(async () => node.close());

  /** Runs it for moments of its life, and kills it. @returns their lengths in ms */
  const killAgain = async (next: () => number, more: Partial<AgentTask> = {}): Promise<number[]> => {
    const delays: number[] = [];
    for (let kills = 0; kills < KILLS; kills += 1) {
      const agent = new AgentProcess(bundle, { ...task(), ...more });
      // Loading the program takes time in which nothing happens; the agent's own life counts.
      await eventually('the agent begins', () => agent.output.includes('begin\n'));
      const delay = Math.round(next() ** 2 * LONGEST_LIFE_MS);
      delays.push(delay);
      await systemClock.sleep(delay, signal);
      await agent.kill();
    }
    return delays;
  };
  const task = (): AgentTask => ({ nodeName: node.nodeName, dataDir: node.dataDir, ephemeral: false, pods: pods() });
  const { signal } = new AbortController();
  const starts = async (pod: string, container = 'app'): Promise<string[]> =>
    (await node.read(pod, '/data/starts', container)).trim().split('\n');
  const count = (lines: readonly string[], line: string): number => lines.filter((one) => one === line).length;

  it.each(Array.from({ length: LIVES }, (_, life) => FIRST_SEED + life))(
    'ends with the same pods as if it had lived, everything started as often as it says (seed %i)',
    async (seed) => {
      const next = random(seed);
      const delays = await killAgain(next);

      const agent = await node.start();
      for (const pod of pods()) if (node.pod(pod.metadata.name) === undefined) agent.createPod(pod);
      await node.ready('web');
      await node.until('crash', 'app runs', () => node.status('crash')?.state?.running !== undefined);
      await node.waits('crash', 'CrashLoopBackOff', 'crash');
      await node.until('job', 'has succeeded', ({ status }) => status?.phase === 'Succeeded');

      try {
        const web = (await node.containers('web')).map(({ name, attempt, state }) => `${name}/${attempt} ${state}`);
        expect(web).toEqual(['app/0 running', 'one/0 exited', 'POD/0 running', 'side/0 running', 'two/0 exited']);
        expect(await starts('web')).toEqual(['one', 'two', 'app']);
        expect(isReady(node.pod('web') ?? podOf('', {}))).toBe(true);

        // It may be started between the two looks; one start too many stays.
        const crash = await eventually('every start is counted', async () => {
          const lines = await starts('crash');
          const { restartCount = 0 } = node.status('crash', 'crash') ?? {};
          if (count(lines, 'crash') === restartCount + 1) return lines;
          throw new Error(`${String(restartCount)} restarts, and it wrote ${lines.join()}`);
        });
        expect(count(crash, 'app')).toBe(1);
        expect((await node.running('crash')).attempt).toBe(0);

        expect((await node.containers('job', 'app')).map(({ attempt, exitCode }) => [attempt, exitCode])).toEqual([
          [0, 0],
        ]);
      } catch (error) {
        throw new Error(`AGENT_KILL_SEED=${String(seed)} AGENT_KILL_LIVES=1, killed after ${delays.join(', ')} ms`, {
          cause: error,
        });
      }

      for (const pod of pods()) agent.deletePod('default', pod.metadata.name);
      for (const pod of pods()) await node.gone(pod.metadata.name);
      await eventually('nothing is left', async () => {
        const { containers, volumes: left } = await node.leftovers();
        if (containers.length > 0 || left.length > 0) throw new Error(JSON.stringify({ containers, left }));
        return true;
      });
    },
    240_000 + KILLS * 5_000,
  );

  it(
    'removes what is to be removed, and kills nothing before its grace is over',
    async () => {
      await node.start();
      const graceSeconds = 8;
      const sidecar = app(SERVES, { name: 'sidecar', restartPolicy: 'Always', ...data });
      const spec = { terminationGracePeriodSeconds: graceSeconds, volumes, initContainers: [sidecar] };
      node.create('deaf', { ...spec, containers: [app(DEAF, data)] });
      node.create('quick', { ...spec, containers: [app(SERVES, data)] });
      await Promise.all([node.ready('deaf'), node.ready('quick')]);
      const { id } = await node.running('deaf');
      const ended = node.docker
        .getContainer(id)
        .wait()
        .then(() => systemClock.monotonic());
      await node.halt();

      const asked = systemClock.monotonic();
      const delays = await killAgain(random(FIRST_SEED), { pods: [], deletes: ['deaf', 'quick'] });
      const agent = await node.start();
      for (const name of ['deaf', 'quick']) if (node.pod(name) !== undefined) agent.deletePod('default', name);
      expect({ delays, early: (await ended) - asked < graceSeconds * 1000 }).toEqual({ delays, early: false });
      for (const name of ['deaf', 'quick']) await node.gone(name);
      expect(await node.leftovers()).toEqual({ containers: [], volumes: [], networks: [] });
    },
    240_000 + KILLS * 5_000,
  );
});
