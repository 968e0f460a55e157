import { Random } from '../random.js';

/** The agent is killed at the k-th call that it makes: before the engine hears of it, or carried out and without the reply. */
export interface CrashPoint {
  readonly call: number;
  readonly phase: 'before' | 'executed';
}

/** `17:executed`, as `CRASH_SWEEP_AT` takes it. */
export const formatPoint = ({ call, phase }: CrashPoint): string => `${String(call)}:${phase}`;

export function parsePoint(text: string): CrashPoint {
  const [, call, phase] = /^(\d+):(before|executed)$/.exec(text) ?? [];
  if (call === undefined) throw new Error(`CRASH_SWEEP_AT: expected <call>:before or <call>:executed, got ${text}`);
  return { call: Number(call), phase: phase as CrashPoint['phase'] };
}

/** Every point of a run with so many calls. */
export const allPoints = (calls: number): readonly CrashPoint[] =>
  Array.from({ length: calls }, (_, index) => index + 1).flatMap((call) => [
    { call, phase: 'before' as const },
    { call, phase: 'executed' as const },
  ]);

/** So many of them, one from each of as many equal parts: the same for the same seed. */
export function sample<T>(items: readonly T[], count: number, seed: number): readonly T[] {
  const random = new Random(seed);
  const share = items.length / count;
  return Array.from({ length: count }, (_, part) => items[Math.floor((part + random.next()) * share)]).filter(
    (item) => item !== undefined,
  );
}
