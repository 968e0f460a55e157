import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAgent, type Agent } from '../agent.js';
import { systemClock } from '../lib/clock.js';
import { createLineLogger, createLogger, type Logger } from '../lib/logger.js';
import { wantsColour } from '../lib/wants-colour.js';
import { AgentNode } from './agent-node.js';
import { withDeadline } from './deadline.js';
import type { KubeletteNode, StartOptions } from './node.js';
import { START_TIMEOUT_MS } from './options.js';

/** `Kubelette.start()`. */
export async function startNode(options: StartOptions = {}): Promise<KubeletteNode> {
  const dataDir = await mkdtemp(join(tmpdir(), 'kubelette-node-'));
  const cleanUp = (): Promise<void> => rm(dataDir, { recursive: true, force: true });
  const complaints: string[] = [];
  try {
    const agent = await startAgent({
      nodeName: options.nodeName ?? `test-${process.pid}-${randomUUID().slice(0, 8)}`,
      dataDir,
      ephemeral: true,
      clock: systemClock,
      logger: nodeLogger(options, complaints),
      ...(options.podSecurity === undefined ? {} : { podSecurity: options.podSecurity }),
      ...(options.dockerHost === undefined ? {} : { dockerHost: options.dockerHost }),
    });
    await untilReady(agent, options, complaints);
    return new AgentNode({ agent, clock: systemClock, onWarning: options.onWarning ?? warnProcess, cleanUp });
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

async function untilReady(agent: Agent, options: StartOptions, complaints: readonly string[]): Promise<void> {
  const lastSeen = async (): Promise<string> => complaints.at(-1) ?? 'nothing; is the Docker engine running?';
  const what = `node ${agent.nodeName} was not ready`;
  const lifetime = new AbortController().signal;
  const deadline = { what, defaultTimeoutMs: START_TIMEOUT_MS, clock: systemClock, lifetime, lastSeen };
  try {
    await withDeadline(deadline, options, () => agent.ready);
  } catch (error) {
    await agent.stop({ deletePods: false });
    throw error;
  }
}

/** Silent, but it remembers what the agent complained about for the error of a failed start. */
function nodeLogger({ logLevel = 'silent' }: StartOptions, complaints: string[]): Logger {
  if (logLevel !== 'silent') {
    return createLogger(logLevel, 'pretty', { colour: wantsColour(process.stderr, process.env) });
  }
  return createLineLogger('warn', ({ msg, problem }) => {
    complaints.splice(0, complaints.length, problem === undefined ? msg : `${msg}: ${problem}`);
  });
}

const warnProcess = (warning: string): void => process.emitWarning(warning, 'KubeletteWarning');
