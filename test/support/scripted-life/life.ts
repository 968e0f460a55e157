import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { AgentProcess } from '../agent-process.js';
import { CALL_DEADLINE_MS } from '../../../src/docker/deadline.js';
import { systemClock } from '../../../src/lib/clock.js';
import { eventually } from '../eventually.js';
import type { CallLog } from '../fault-proxy/call-log.js';
import type { FaultRule } from '../fault-proxy/fault.js';
import { FaultProxy } from '../fault-proxy/fault-proxy.js';
import { leftovers, removeLeftovers } from '../leftovers.js';
import type { ScriptTask } from './child.js';
import { changesIn, type FileChange, type FileCrash } from './crashing-files.js';
import type { EndState } from './script.js';

/** The whole script, with as many lives as it took. */
export interface Life {
  /** Undefined when it never came so far. */
  readonly state: EndState | undefined;
  /** What is on the engine after the last deletion. */
  readonly left: readonly string[];
  /** What is in the data directory then: files and links. */
  readonly files: readonly string[];
  /** How many agents have died on the way. */
  readonly deaths: number;
  /** What each of them, and the last one, did to its files. */
  readonly changes: readonly (readonly FileChange[])[];
  readonly tookMs: number;
  /** Why it did not come to its end, if so. */
  readonly failure: string | undefined;
  readonly log: CallLog;
  /** What the agents said. */
  readonly output: string;
}

/** Longer than anything the script waits for. */
const LIFE_MS = 400_000;

const engineSocket = (): string => (process.env['DOCKER_HOST'] ?? '/var/run/docker.sock').replace('unix://', '');

export interface Trouble {
  /** What befalls the calls to the engine. */
  readonly rules?: readonly FaultRule[];
  /** Where the first agent dies by its own hand, where the second one ... */
  readonly crashes?: readonly FileCrash[];
  /** When calls that hang are given up; as in production when absent. */
  readonly callDeadlineMs?: number;
}

/** Plays the script under a node name of its own, with the next agent whenever one has died. */
export async function liveThrough(bundle: string, trouble: Trouble): Promise<Life> {
  const { callDeadlineMs = CALL_DEADLINE_MS, crashes = [], rules = [] } = trouble;
  const nodeName = `test-sweep-${randomUUID().slice(0, 8)}`;
  const directory = await mkdtemp(join(tmpdir(), 'kubelette-sweep-'));
  const [dataDir, hooksDir] = [join(directory, 'data'), join(directory, 'hooks')];
  await mkdir(hooksDir);
  const begin = systemClock.monotonic();
  const agents: AgentProcess[] = [];
  let isOver = false;
  let endedWith: number | undefined;
  const kill = async (): Promise<void> => agents.at(-1)?.kill();
  const proxy = await FaultProxy.open({ engine: engineSocket(), rules, kill });
  const start = (): void => {
    const crash = crashes[agents.length];
    const own = { nodeName, dataDir, hooksDir, dockerHost: proxy.host, callDeadlineMs };
    const task: ScriptTask = crash === undefined ? own : { ...own, crash };
    const agent = new AgentProcess(bundle, task);
    agents.push(agent);
    void agent.ended.then((code) => {
      if (code !== null) endedWith = code;
      else if (!isOver) start();
    });
  };
  const output = (): string => agents.map((agent) => agent.output).join('');
  try {
    start();
    const ending = (): string | undefined =>
      endedWith === undefined ? /^(over|failed .*)$/m.exec(output())?.[0] : `ended with code ${String(endedWith)}`;
    const failure = await eventually('the script ends', ending, LIFE_MS).catch(String);
    isOver = true;
    await kill().catch(() => undefined);
    return {
      state: stateIn(output()),
      left: await leftovers(nodeName),
      files: await filesIn(dataDir),
      deaths: agents.length - 1,
      changes: agents.map((agent) => changesIn(agent.output)),
      tookMs: systemClock.monotonic() - begin,
      failure: failure === 'over' ? undefined : failure,
      log: proxy.log,
      output: output(),
    };
  } finally {
    isOver = true;
    await kill().catch(() => undefined);
    await removeLeftovers(nodeName);
    await proxy.close();
    await rm(directory, { recursive: true, force: true });
  }
}

const filesIn = async (directory: string): Promise<readonly string[]> =>
  (await readdir(directory, { recursive: true, withFileTypes: true }))
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(relative(directory, entry.parentPath), entry.name))
    .sort();

/** The last one reported: an agent that is killed right after its report reports again. */
function stateIn(output: string): EndState | undefined {
  const json = [...output.matchAll(/^state (.*)$/gm)].at(-1)?.[1];
  return json === undefined ? undefined : (JSON.parse(json) as EndState);
}
