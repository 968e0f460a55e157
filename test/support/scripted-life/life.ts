import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AgentProcess } from '../agent-process.js';
import { systemClock } from '../../../src/lib/clock.js';
import { eventually } from '../eventually.js';
import type { CallLog } from '../fault-proxy/call-log.js';
import type { FaultRule } from '../fault-proxy/fault.js';
import { FaultProxy } from '../fault-proxy/fault-proxy.js';
import { leftovers, removeLeftovers } from '../leftovers.js';
import type { ScriptTask } from './child.js';
import type { EndState } from './script.js';

/** The whole script, with as many lives as it took. */
export interface Life {
  /** Undefined when it never came so far. */
  readonly state: EndState | undefined;
  /** What is on the engine after the last deletion. */
  readonly left: readonly string[];
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

/** Plays the script under a node name of its own, restarting the agent whenever a rule has killed it. */
export async function liveThrough(bundle: string, rules: readonly FaultRule[]): Promise<Life> {
  const nodeName = `test-sweep-${randomUUID().slice(0, 8)}`;
  const dataDir = await mkdtemp(join(tmpdir(), 'kubelette-sweep-'));
  const begin = systemClock.monotonic();
  const agents: AgentProcess[] = [];
  const kill = async (): Promise<void> => {
    await agents.at(-1)?.kill();
    start();
  };
  const proxy = await FaultProxy.open({ engine: engineSocket(), rules, kill });
  const task: ScriptTask = { nodeName, dataDir, dockerHost: proxy.host };
  const start = (): void => void agents.push(new AgentProcess(bundle, task));
  const output = (): string => agents.map((agent) => agent.output).join('');
  try {
    start();
    const failure = await eventually('the script ends', () => /^(over|failed .*)$/m.exec(output())?.[0], LIFE_MS).catch(
      (error: unknown) => String(error),
    );
    await agents.at(-1)?.kill();
    return {
      state: stateIn(output()),
      left: await leftovers(nodeName),
      tookMs: systemClock.monotonic() - begin,
      failure: failure === 'over' ? undefined : failure,
      log: proxy.log,
      output: output(),
    };
  } finally {
    await agents
      .at(-1)
      ?.kill()
      .catch(() => undefined);
    await removeLeftovers(nodeName);
    await proxy.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** The last one reported: an agent that is killed right after its report reports again. */
function stateIn(output: string): EndState | undefined {
  const json = [...output.matchAll(/^state (.*)$/gm)].at(-1)?.[1];
  return json === undefined ? undefined : (JSON.parse(json) as EndState);
}
