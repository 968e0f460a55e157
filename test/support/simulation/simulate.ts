import { Random } from '../random.js';
import { CORE, type Core } from './core.js';
import { roomWith } from './node.js';
import { BrokenRule } from './rules.js';
import { scheduleOf, type Step } from './schedule.js';
import { workloadOf, type Workload } from './workload.js';
import { World } from './world.js';

/** One life of a pod from beginning to end: all that has to be known to live it again. */
export interface Case {
  readonly seed: number;
  readonly workload: Workload;
  readonly schedule: readonly Step[];
}

export interface Outcome {
  readonly world: World;
  readonly broken?: BrokenRule;
}

export const caseOf = (seed: number): Case => ({ seed, workload: workloadOf(seed), schedule: scheduleOf(seed) });

/** Faults are over: so long until everything has become what it is to be. */
const SETTLE_MS = 400_000;
/** More than any wait of the agent and all its calls take. */
const SLACK_MS = 90_000;
/** What a second without a pause or a removal that hangs takes many times: what goes beyond is spinning. */
const ROUNDS_AT_REST = 300;

/** @param core the real one, but for who wants to see whether another one would be found out */
export function simulate({ schedule, seed, workload }: Case, core: Core = CORE): Outcome {
  const random = new Random(seed, 'clocks');
  const clocks = {
    agentSkewMs: random.pick([0, 0, -1_500, 90_000]),
    misjudgedMs: random.pick([0, 0, 0, -300, -2_000, -9_000]),
  };
  const world = new World(workload, schedule, clocks, core);
  try {
    world.run(schedule.reduce((sum, { afterMs }) => sum + afterMs, 0) + 1);
    quieten(world);
    const { rounds } = world;
    world.run(world.now + SETTLE_MS);
    if (world.rounds - rounds > ROUNDS_AT_REST) world.rules.fail(23, `${world.rounds - rounds} rounds at rest`);
    if (!world.forgotten) checkSettled(world);
    deleteAndEnd(world);
  } catch (error) {
    if (!(error instanceof BrokenRule)) throw error;
    return { world, broken: error };
  }
  return { world };
}

function quieten(world: World): void {
  world.disarm();
  world.hangsUntil = 0;
  world.deafUntil = 0;
  world.room = roomWith(false);
  world.note('from here on nothing disturbs');
  world.changed();
}

/** Every container runs as it should, waits for its turn or its back-off, or has ended for good. */
function checkSettled({ agent, engine, pod, rules }: World): void {
  if (pod.metadata.deletionTimestamp !== undefined) rules.fail(26, 'a deleted pod did not go away');
  const { phase } = pod.status ?? {};
  const live = engine.live();
  if (phase === 'Succeeded' || phase === 'Failed') {
    if (live.length > 0) rules.fail(26, `${live[0]?.id ?? ''} is left of a pod that is ${phase}`);
    return;
  }
  if (rules.plan?.phase !== 'syncing') return;
  if (!engine.sandboxes.some(({ ready }) => ready)) rules.fail(26, 'a pod that is wanted has no sandbox');
  if (engine.sandboxes.length > 1) rules.fail(26, 'an earlier sandbox is left');
  for (const { id, name } of engine.containers) {
    // The newest, and the one before it: just started, there may be one more.
    if (engine.containers.filter((other) => other.name === name).length > 3) rules.fail(26, `${id} is left of many`);
  }
  rules.resize.settled();
  if (agent.wakeAt === Infinity) rules.fail(26, 'nothing will ever make the agent look again');
}

function deleteAndEnd(world: World): void {
  const graceSeconds = 30;
  world.delete(graceSeconds);
  world.run(world.now + graceSeconds * 1_000 + SLACK_MS);
  if (!world.forgotten) world.rules.fail(26, 'a deleted pod did not go away');
}
