import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pLimit from 'p-limit';
import { bundleAgentProcess } from '../../support/agent-process.js';
import { liveThrough, type Life } from '../../support/scripted-life/life.js';
import {
  allPoints,
  formatPoint,
  parsePoint,
  sample,
  troubleAt,
  type CrashPoint,
} from '../../support/scripted-life/points.js';
import { judge } from '../../support/scripted-life/judge.js';

/** `all`, or how many points of each kind. */
const POINTS = process.env['CRASH_SWEEP'] ?? '3';
const SEED = Number(process.env['CRASH_SWEEP_SEED'] ?? 1);
/** `calls` or `files` only. */
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
}, 120_000);
afterAll(async () => rm(directory, { recursive: true, force: true }));

const points = (of: CrashPoint['of']): readonly CrashPoint[] => {
  if (AT !== undefined)
    return AT.split(',')
      .map(parsePoint)
      .filter((point) => point.of === of);
  if (OF !== undefined && OF !== of) return [];
  const all = allPoints(clean)[of];
  return POINTS === 'all' ? all : sample(all, Number(POINTS), SEED);
};

const tell = (text: string): void => void process.stderr.write(`${text}\n`);

describe('an agent that is killed', () => {
  it('comes to a known end when nobody kills it', () => {
    expect(judge(clean, true) ?? '').toBe('');
    expect(clean.deaths).toBe(0);
  });

  it.each([
    ['at the k-th call to the engine', 'calls'],
    ['at the k-th change of its files', 'files'],
  ] as const)(
    '%s comes to the same end, with nothing left over, nothing twice, no needless restart and every log line once',
    async (_, of) => {
      const lane = pLimit(LANES);
      const tried = points(of);
      const failures: string[] = [];
      let deaths = 0;
      let tries = 0;
      await Promise.all(
        tried.map(async (point) =>
          lane(async () => {
            const life = await liveThrough(bundle, troubleAt(point));
            deaths += life.deaths;
            const problem = judge(life, AT !== undefined);
            if (problem !== undefined) failures.push(`CRASH_SWEEP_AT=${formatPoint(point)}: ${problem}`);
            if (problem !== undefined) tell(`${formatPoint(point)} failed`);
            tries += 1;
            if (tries % REPORTED === 0)
              tell(`${String(tries)} of ${String(tried.length)} points, ${String(failures.length)} failed`);
          }),
        ),
      );
      if (tries >= REPORTED) tell(`${String(tries)} points of ${of}, and the agent died at ${String(deaths)} of them`);
      expect(failures.join('\n\n')).toBe('');
    },
    14_400_000,
  );
});
