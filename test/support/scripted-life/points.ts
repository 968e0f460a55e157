import { Random } from '../random.js';
import type { FileCrash } from './crashing-files.js';
import type { Life, Trouble } from './life.js';

/** The agent is killed at the k-th call that it makes to the engine, or at the k-th change of its files. */
export type CrashPoint =
  /** Before the engine hears of it; carried out and without the reply; or right after the reply. */
  | { readonly of: 'calls'; readonly call: number; readonly phase: 'before' | 'executed' | 'delivered' }
  | ({ readonly of: 'files' } & FileCrash);

/** `17:executed` or `file:17:half`, as `CRASH_SWEEP_AT` takes it. */
export const formatPoint = ({ of, call, phase }: CrashPoint): string =>
  `${of === 'files' ? 'file:' : ''}${String(call)}:${phase}`;

export function parsePoint(text: string): CrashPoint {
  const [, call, phase] = /^(\d+):(before|executed|delivered)$/.exec(text) ?? [];
  if (call !== undefined) return { of: 'calls', call: Number(call), phase: phase as 'before' };
  const [, change, moment] = /^file:(\d+):(before|half|after)$/.exec(text) ?? [];
  if (change !== undefined) return { of: 'files', call: Number(change), phase: moment as 'before' };
  throw new Error(
    `CRASH_SWEEP_AT: expected 61:before, :executed or :delivered, or file:61:before, :half or :after, got ${text}`,
  );
}

/** What brings it about. */
export const troubleAt = ({ of, call, phase }: CrashPoint): Trouble =>
  of === 'files' ? { crash: { call, phase } } : { rules: [{ nth: call, fault: { kind: 'kill', phase } }] };

/** Every point of a run like this one. */
export function allPoints({
  log,
  output,
}: Pick<Life, 'log' | 'output'>): Readonly<Record<CrashPoint['of'], readonly CrashPoint[]>> {
  const phases = ['before', 'executed', 'delivered'] as const;
  return {
    calls: log.calls.flatMap(({ number }) => phases.map((phase) => ({ of: 'calls', call: number, phase }) as const)),
    files: [...output.matchAll(/^file (\d+) \w+(\*?) /gm)].flatMap(([, call, isDivisible]) =>
      (['before', ...(isDivisible === '' ? [] : ['half' as const]), 'after'] as const).map(
        (phase) => ({ of: 'files', call: Number(call), phase }) as const,
      ),
    ),
  };
}

/** So many of them, one from each of as many equal parts: the same for the same seed. */
export function sample<T>(items: readonly T[], count: number, seed: number): readonly T[] {
  const random = new Random(seed);
  const share = items.length / count;
  return Array.from({ length: count }, (_, part) => items[Math.floor((part + random.next()) * share)]).filter(
    (item) => item !== undefined,
  );
}
