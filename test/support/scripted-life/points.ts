import { Random } from '../random.js';
import type { FileChange, FileCrash } from './crashing-files.js';
import type { Life, Trouble } from './life.js';

/** Where the agent is killed. */
export type CrashPoint =
  /** At the k-th call to the engine: before that hears of it; carried out and without the reply; or right after the reply. */
  | { readonly of: 'calls'; readonly call: number; readonly phase: 'before' | 'executed' | 'delivered' }
  /** At a change of its files, and the next agent at one of its own. */
  | { readonly of: 'files'; readonly crashes: readonly FileCrash[] };

/** `17:executed`, `file:17:half` or, for two agents, `file:17:half+4:after`, as `CRASH_SWEEP_AT` takes it. */
export const formatPoint = (point: CrashPoint): string =>
  point.of === 'calls' ? formatMoment(point) : `file:${point.crashes.map(formatMoment).join('+')}`;

const formatMoment = ({ call, phase }: { readonly call: number; readonly phase: string }): string =>
  `${String(call)}:${phase}`;

export function parsePoint(text: string): CrashPoint {
  const [, call, phase] = /^(\d+):(before|executed|delivered)$/.exec(text) ?? [];
  if (call !== undefined) return { of: 'calls', call: Number(call), phase: phase as 'before' };
  const [, moments = ''] = /^file:((?:\+?\d+:(?:before|half|after))+)$/.exec(text) ?? [];
  if (moments === '')
    throw new Error(
      `CRASH_SWEEP_AT: expected 61:before, :executed or :delivered, or file:61:before, :half or :after, got ${text}`,
    );
  const crashes = moments.split('+').map((moment): FileCrash => {
    const [change, when] = moment.split(':');
    return { call: Number(change), phase: when as FileCrash['phase'] };
  });
  return { of: 'files', crashes };
}

/** What brings it about. */
export const troubleAt = (point: CrashPoint): Trouble =>
  point.of === 'files'
    ? { crashes: point.crashes }
    : { rules: [{ nth: point.call, fault: { kind: 'kill', phase: point.phase } }] };

export const callPoints = ({ log }: Pick<Life, 'log'>): readonly CrashPoint[] =>
  log.calls.flatMap(({ number }) =>
    (['before', 'executed', 'delivered'] as const).map((phase) => ({ of: 'calls', call: number, phase }) as const),
  );

/**
 * @param changes of an agent that was not killed
 * @param earlier where those before it were
 */
export const filePoints = (changes: readonly FileChange[], earlier: readonly FileCrash[] = []): readonly CrashPoint[] =>
  changes.flatMap(({ call, isDivisible }) =>
    (['before', ...(isDivisible ? ['half' as const] : []), 'after'] as const).map(
      (phase) => ({ of: 'files', crashes: [...earlier, { call, phase }] }) as const,
    ),
  );

/** So many of them, one from each of as many equal parts: the same for the same seed. */
export function sample<T>(items: readonly T[], count: number, seed: number): readonly T[] {
  const random = new Random(seed);
  const share = items.length / count;
  return Array.from({ length: count }, (_, part) => items[Math.floor((part + random.next()) * share)]).filter(
    (item) => item !== undefined,
  );
}
