import { describeBroken } from './report.js';
import { caseOf, simulate } from './simulate.js';

/** What many lives came to. Plain data: it is told by one process to another. */
export interface Tally {
  readonly lives: number;
  /** Looks of the agent: each a decision and, as a rule, a status. */
  readonly rounds: number;
  /** Calls of the core: decisions and statuses, each counted as one. */
  readonly steps: number;
  /** CPU of all of it, world and rules included. */
  readonly cpuSeconds: number;
  /** The share of it that the core itself has had. */
  readonly coreSeconds: number;
  /** How often rare things were reached. */
  readonly seen: Readonly<Record<string, number>>;
  /** The first broken rule with everything about it; nothing was lived after it. */
  readonly broken?: string;
}

/** Lives of the seeds from `first` on, one after the other, until a rule is broken. */
export function liveAll(first: number, count: number): Tally {
  const seen: Record<string, number> = {};
  const began = { cpu: process.cpuUsage().user, wall: performance.now() };
  let [rounds, steps, coreMs, lives] = [0, 0, 0, 0];
  let broken: string | undefined;
  while (lives < count && broken === undefined) {
    const one = caseOf(first + lives);
    const { broken: rule, world } = simulate(one);
    for (const [what, times] of world.seen) seen[what] = (seen[what] ?? 0) + times;
    rounds += world.rounds;
    steps += world.core.steps;
    coreMs += world.core.ms;
    lives += 1;
    if (rule !== undefined) broken = describeBroken(one);
  }
  const cpuSeconds = (process.cpuUsage().user - began.cpu) / 1e6;
  // Others may have had the processor in between, as often in the core as elsewhere.
  const coreSeconds = (coreMs / (performance.now() - began.wall)) * cpuSeconds;
  return { lives, rounds, steps, cpuSeconds, coreSeconds, seen, ...(broken === undefined ? {} : { broken }) };
}

export function addUp(tallies: readonly Tally[]): Tally {
  const sum = (of: (tally: Tally) => number): number => tallies.reduce((so, tally) => so + of(tally), 0);
  const names = new Set(tallies.flatMap(({ seen }) => Object.keys(seen)));
  const broken = tallies.find((tally) => tally.broken !== undefined)?.broken;
  return {
    lives: sum(({ lives }) => lives),
    rounds: sum(({ rounds }) => rounds),
    steps: sum(({ steps }) => steps),
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
    coreSeconds: sum(({ coreSeconds }) => coreSeconds),
    seen: Object.fromEntries([...names].map((name) => [name, sum(({ seen }) => seen[name] ?? 0)])),
    ...(broken === undefined ? {} : { broken }),
  };
}

/** One line. */
export function speedOf({ coreSeconds, cpuSeconds, lives, rounds, steps }: Tally): string {
  const perSecond = (seconds: number): string => `${Math.round(steps / seconds)}/s`;
  const speed = `${perSecond(cpuSeconds)} of CPU, ${perSecond(coreSeconds)} of the core's own`;
  return `${lives} lives, ${rounds} rounds, ${steps} steps (decisions and statuses): ${speed}\n`;
}

/** One line, the rarest first. */
export function countsOf({ seen }: Tally): string {
  const counts = Object.entries(seen).sort(([, a], [, b]) => a - b);
  return `${counts.map(([what, times]) => `${what} ${times}`).join(', ')}\n`;
}
