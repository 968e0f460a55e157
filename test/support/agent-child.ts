/** A process that runs an agent until it is killed. Its one argument is an `AgentTask` as JSON. */
import { startAgent } from '../../src/agent.js';
import type { Pod } from '../../src/api/schema/pod.js';
import { systemClock } from '../../src/lib/clock.js';
import { hasCode } from '../../src/lib/errors.js';
import { createLogger } from '../../src/lib/logger.js';

export interface AgentTask {
  readonly nodeName: string;
  readonly dataDir: string;
  readonly ephemeral: boolean;
  /** Another engine than the usual one. */
  readonly dockerHost?: string;
  /** Made unless they exist. */
  readonly pods: readonly Pod[];
  /** Names of pods to delete instead, with their own grace. Asked for at every start, as somebody impatient would. */
  readonly deletes?: readonly string[];
}

async function main({ deletes = [], pods, ...task }: AgentTask): Promise<void> {
  process.stdout.write('begin\n');
  const agent = await startAgent({ ...task, clock: systemClock, logger: createLogger('info', 'json') });
  for (const pod of pods) {
    try {
      agent.createPod(pod);
    } catch (error) {
      if (!hasCode(error, 'AlreadyExists')) throw error;
    }
  }
  for (const name of deletes) {
    try {
      agent.deletePod('default', name);
    } catch (error) {
      if (!hasCode(error, 'NotFound')) throw error;
    }
  }
  await agent.ready;
  process.stdout.write('ready\n');
}

void main(JSON.parse(process.argv[2] ?? '{}') as AgentTask).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
