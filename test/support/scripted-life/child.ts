/** A process that runs an agent and plays the script with it. Its one argument is a `ScriptTask` as JSON. */
import { startAgent } from '../../../src/agent.js';
import { CALL_DEADLINE_MS } from '../../../src/docker/deadline.js';
import { systemClock, type Clock } from '../../../src/lib/clock.js';
import { createLogger } from '../../../src/lib/logger.js';
import { crashAtFiles, type FileCrash } from './crashing-files.js';
import { playScript, type ScriptPlaces } from './script.js';

export interface ScriptTask extends ScriptPlaces {
  readonly nodeName: string;
  readonly dockerHost: string;
  /** Where it dies by its own hand. */
  readonly crash?: FileCrash;
  /** A call that hangs is given up after so long, instead of two minutes. */
  readonly callDeadlineMs: number;
}

/** Makes short work of what only a call or a stream that hangs waits for, in proportion. */
const hasty = (callDeadlineMs: number): Clock => ({
  ...systemClock,
  sleep: async (ms, signal) =>
    systemClock.sleep(ms < CALL_DEADLINE_MS ? ms : (ms * callDeadlineMs) / CALL_DEADLINE_MS, signal),
});

async function main(task: ScriptTask): Promise<void> {
  const { callDeadlineMs, crash, dataDir, dockerHost, nodeName } = task;
  crashAtFiles(dataDir, crash);
  const agent = await startAgent({
    nodeName,
    dataDir,
    dockerHost,
    ephemeral: false,
    listen: { host: '127.0.0.1', port: 0 },
    clock: hasty(callDeadlineMs),
    logger: createLogger('debug', 'json'),
  });
  await agent.ready;
  await playScript(agent, task, (state) => process.stdout.write(`state ${JSON.stringify(state)}\n`));
  process.stdout.write('over\n');
}

void main(JSON.parse(process.argv[2] ?? '{}') as ScriptTask).catch((error: unknown) => {
  process.stdout.write(`failed ${error instanceof Error ? error.message : String(error)}\n`);
});
