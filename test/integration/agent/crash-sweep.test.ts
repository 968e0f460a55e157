import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pLimit from 'p-limit';
import { bundleAgentProcess } from '../../support/agent-process.js';
import { liveThrough, type Life } from '../../support/scripted-life/life.js';
import {
  callPoints,
  filePoints,
  formatPoint,
  parsePoint,
  sample,
  troubleAt,
  type CrashPoint,
} from '../../support/scripted-life/points.js';
import { judge } from '../../support/scripted-life/judge.js';

/** `all`, or how many points of each kind. */
const POINTS = process.env['CRASH_SWEEP'] ?? '2';
/** Of all points of a kind, the first so many are left out: they were tried before. */
const SKIP = Number(process.env['CRASH_SWEEP_SKIP'] ?? 0);
const SEED = Number(process.env['CRASH_SWEEP_SEED'] ?? 1);
/** Of one kind only: `calls`, `files` or `recovery`. */
const OF = process.env['CRASH_SWEEP_OF'];
/** These points only, as a failure names them. */
const AT = process.env['CRASH_SWEEP_AT'];
/** So many at the same time. */
const LANES = Number(process.env['CRASH_SWEEP_LANES'] ?? 3);

/** Runs that take longer than this many points say how far they are. */
const REPORTED = 25;

let directory: string;
let bundle: string;
let clean: Life;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kubelette-bundle-'));
  bundle = await bundleAgentProcess(directory, join('scripted-life', 'child'));
  clean = await liveThrough(bundle, {});
}, 240_000);
afterAll(async () => rm(directory, { recursive: true, force: true }));

/** The points of each kind; those of an agent that starts after another was killed cost a life to find. */
const ALL: Readonly<Record<string, () => readonly CrashPoint[] | Promise<readonly CrashPoint[]>>> = {
  calls: () => callPoints(clean),
  files: () => filePoints(clean.changes[0] ?? []),
  recovery: async () => {
    const first = { call: Math.floor((clean.changes[0]?.length ?? 0) / 2), phase: 'after' } as const;
    const { changes } = await liveThrough(bundle, { crashes: [first] });
    return filePoints(changes[1] ?? [], [first]);
  },
};

async function pointsOf(kind: string): Promise<readonly CrashPoint[]> {
  if (OF !== undefined && OF !== kind) return [];
  const all = (await ALL[kind]?.()) ?? [];
  return POINTS === 'all' ? all.slice(SKIP) : sample(all, Number(POINTS), SEED);
}

const tell = (text: string): void => void process.stderr.write(`${text}\n`);

describe('an agent that is killed', () => {
  it('comes to a known end when nobody kills it', () => {
    expect(judge(clean, true) ?? '').toBe('');
    expect(clean.deaths).toBe(0);
  });

  const END =
    'comes to the same end, with nothing left over, nothing twice, no needless restart and every log line once';

  const cases: readonly (readonly [string, () => Promise<readonly CrashPoint[]>])[] =
    AT === undefined
      ? [
          ['at the k-th call to the engine', async () => pointsOf('calls')],
          ['at the k-th change of its files', async () => pointsOf('files')],
          ['there, and the next one at its k-th change', async () => pointsOf('recovery')],
        ]
      : [[`at ${AT}`, async () => Promise.resolve(AT.split(',').map(parsePoint))]];
  it.each(cases)(
    `%s ${END}`,
    async (_, points) => {
      const lane = pLimit(LANES);
      const tried = await points();
      const failures: string[] = [];
      let [tries, deaths] = [0, 0];
      const attempt = async (point: CrashPoint): Promise<void> => {
        const life = await liveThrough(bundle, troubleAt(point));
        const problem = judge(life, AT !== undefined);
        tries += 1;
        deaths += life.deaths;
        if (problem !== undefined) {
          const failure = `CRASH_SWEEP_AT=${formatPoint(point)}: ${problem}`;
          failures.push(failure);
          // Also at once: hours of a sweep that is cut short are not for nothing.
          tell(failure);
        }
        if (tries % REPORTED === 0 || (tries === tried.length && tries > REPORTED))
          tell(
            `${String(tries)} of ${String(tried.length)} points, ${String(failures.length)} failed, ${String(deaths)} deaths`,
          );
      };
      await Promise.all(tried.map(async (point) => lane(async () => attempt(point))));
      expect(failures.join('\n\n')).toBe('');
    },
    14_400_000,
  );
});
