import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pLimit from 'p-limit';
import { bundleAgentProcess } from '../../support/agent-process.js';
import { liveThrough, type Life } from '../../support/scripted-life/life.js';
import { allPoints, formatPoint, parsePoint, sample, type CrashPoint } from '../../support/scripted-life/points.js';
import { judge } from '../../support/scripted-life/judge.js';
import { EXPECTED_END } from '../../support/scripted-life/script.js';

/** `all`, or how many points. */
const POINTS = process.env['CRASH_SWEEP'] ?? '3';
const SEED = Number(process.env['CRASH_SWEEP_SEED'] ?? 1);
/** One point only, as a failure names it. */
const AT = process.env['CRASH_SWEEP_AT'];
/** So many at the same time. */
const LANES = Number(process.env['CRASH_SWEEP_LANES'] ?? 3);

describe('an agent that is killed at the k-th call to the engine', () => {
  let directory: string;
  let bundle: string;
  let clean: Life;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kubelette-bundle-'));
    bundle = await bundleAgentProcess(directory, join('scripted-life', 'child'));
    clean = await liveThrough(bundle, []);
  }, 120_000);
  afterAll(async () => rm(directory, { recursive: true, force: true }));

  const points = (): readonly CrashPoint[] => {
    if (AT !== undefined) return AT.split(',').map(parsePoint);
    const all = allPoints(clean.log.calls.length);
    return POINTS === 'all' ? all : sample(all, Number(POINTS), SEED);
  };

  it('comes to a known end when nobody kills it', () => {
    expect(clean.failure).toBeUndefined();
    expect(clean.state).toEqual(EXPECTED_END);
    expect(clean.left).toEqual([]);
  });

  it('comes to the same end, with nothing left over, nothing twice, no needless restart and every log line once', async () => {
    const lane = pLimit(LANES);
    const failures: string[] = [];
    await Promise.all(
      points().map(async (point) =>
        lane(async () => {
          const life = await liveThrough(bundle, [{ nth: point.call, fault: { kind: 'kill', phase: point.phase } }]);
          const problem = judge(life, AT !== undefined);
          if (problem !== undefined) failures.push(`CRASH_SWEEP_AT=${formatPoint(point)}: ${problem}`);
        }),
      ),
    );
    expect(failures.join('\n\n')).toBe('');
  }, 14_400_000);
});
