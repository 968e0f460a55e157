import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pLimit from 'p-limit';
import { bundleAgentProcess } from '../../support/agent-process.js';
import { boundOf, FAULT_TABLE, SLOW_ENGINES, type FaultCase } from '../../support/scripted-life/fault-table.js';
import { judge } from '../../support/scripted-life/judge.js';
import { liveThrough } from '../../support/scripted-life/life.js';
import { sample } from '../../support/scripted-life/points.js';

/** `all`, or how many. */
const FAULTS = process.env['FAULTS'] ?? '4';
const SEED = Number(process.env['FAULTS_SEED'] ?? 1);
/** Only the faults with this, or one of these with commas between, in their names. */
const AT = process.env['FAULTS_AT'];
/** So many at the same time. */
const LANES = Number(process.env['FAULTS_LANES'] ?? 4);
/** Calls that hang are given up after so long. In production it is two minutes: 120000. */
const CALL_DEADLINE_MS = Number(process.env['FAULTS_CALL_DEADLINE_MS'] ?? 15_000);

const cases = (): readonly FaultCase[] => {
  const all = [...FAULT_TABLE, ...SLOW_ENGINES];
  if (AT !== undefined) return all.filter(({ name }) => AT.split(',').some((part) => name.includes(part)));
  if (FAULTS === 'all') return all;
  const quick = FAULT_TABLE.filter(({ hangs }) => !hangs);
  // It takes longest.
  return [SLOW_ENGINES[0], ...sample(quick, Number(FAULTS), SEED)];
};

describe('an agent whose calls to the engine fail', () => {
  let directory: string;
  let bundle: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kubelette-bundle-'));
    bundle = await bundleAgentProcess(directory, join('scripted-life', 'child'));
  });
  afterAll(async () => rm(directory, { recursive: true, force: true }));

  const problemOf = async (fault: FaultCase): Promise<string | undefined> => {
    const { name, rules } = fault;
    const life = await liveThrough(bundle, { rules, callDeadlineMs: CALL_DEADLINE_MS });
    if (!life.log.calls.some(({ fault }) => fault !== undefined)) return `${name}: it never happened`;
    const problem = judge(life, AT !== undefined);
    if (problem !== undefined) return `FAULTS_AT='${name}': ${problem}`;
    return life.tookMs <= boundOf(fault, CALL_DEADLINE_MS)
      ? undefined
      : `FAULTS_AT='${name}': took ${String(Math.round(life.tookMs))} ms`;
  };

  it('comes to the same end as if they had not, within its bounds', async () => {
    const lane = pLimit(LANES);
    const problems = await Promise.all(cases().map(async (one) => lane(async () => problemOf(one))));
    expect(problems.filter((problem) => problem !== undefined).join('\n\n')).toBe('');
  }, 14_400_000);
});
