import { Random } from '../random.js';

/** What may go wrong with one of the agent's calls to the engine. */
export const CALL_FAULTS = ['crash before', 'crash after', 'reply lost', 'done late', 'refused'] as const;
type CallFault = (typeof CALL_FAULTS)[number];

/** What people and machines do to a pod. */
export const DISTURBANCES = [
  'agent restarts',
  'container dies',
  'container is out of memory',
  'stop by hand',
  'start by hand',
  'restart by hand',
  'remove by hand',
  'removal hangs',
  'pause',
  'prune',
  'sandbox dies',
  'sandbox is restarted',
  'sandbox is removed',
  'engine restarts',
  'engine hangs',
  'events are lost',
  'clock step',
  'image edit',
  'resize',
  'debug container',
  'delete',
] as const;
type Disturbance = (typeof DISTURBANCES)[number];

/**
 * One thing that happens, so long after the one before it. Numbers from 0 to 1 are made sense of by whoever does it, so that
 * every part of a schedule is a schedule.
 */
export interface Step {
  readonly afterMs: number;
  readonly what: CallFault | Disturbance;
  /** Who or how much. */
  readonly which: number;
  /** Of a call: how many go well before it. */
  readonly skip: number;
}

/** Faults come in moods: each seed has its own few kinds of trouble, so that they meet themselves and each other. */
export function scheduleOf(seed: number): Step[] {
  const random = new Random(seed, 'schedule');
  const menu = [...CALL_FAULTS, ...DISTURBANCES].filter(() => random.chance(0.4));
  if (menu.length === 0) return [];
  return Array.from({ length: 2 + random.below(14) }, () => ({
    afterMs: random.below(random.pick([20, 20, 2_000, 12_000, 60_000, 400_000])),
    what: random.pick(menu),
    which: random.next(),
    skip: random.below(4),
  }));
}
