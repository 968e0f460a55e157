import type { Agent } from '../../agent.js';
import { FileSource } from '../../kubelet/static-pods/file-source.js';
import { runSourceWriter } from '../../kubelet/static-pods/source-writer.js';
import type { Clock } from '../../lib/clock.js';
import type { Logger } from '../../lib/logger.js';

/**
 * Keeps the agent's pods as the files say, under the names they give, until `signal` aborts. An edited pod is ended
 * before its successor starts; a broken file is reported and changes nothing.
 */
export async function followManifests(
  paths: readonly string[],
  agent: Agent,
  clock: Clock,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const { nodeName, store } = agent;
  const createPod: Agent['createPod'] = (pod, uid) => agent.createPod(pod, uid);
  const source = new FileSource({ roots: paths, nodeName, suffixName: false, clock, logger });
  // Problems are in the log, which is what the user of a foreground run sees; events about them would say it twice.
  const events = { event: () => undefined };
  await runSourceWriter({ source, store, createPod, events, clock, logger, onDelivered: () => undefined }, signal);
}
