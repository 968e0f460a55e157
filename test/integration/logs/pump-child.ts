/**
 * A process that stores one container's log and ends when all of it is stored. Its test bundles it and kills it.
 * Its one argument is a `PumpTask` as JSON.
 */
import { connectDockerRuntime } from '../../../src/docker/docker-runtime.js';
import { FileLogStore } from '../../../src/kubelet/logs/file-log-store.js';
import { systemClock } from '../../../src/lib/clock.js';
import { createLogger } from '../../../src/lib/logger.js';
import { container, pod } from './pumped-container.js';

export interface PumpTask {
  readonly root: string;
  readonly id: string;
  readonly maxFileBytes: number;
}

const { root, id, maxFileBytes } = JSON.parse(process.argv[2] ?? '{}') as PumpTask;

async function main(): Promise<void> {
  const { signal } = new AbortController();
  const clock = systemClock;
  const logger = createLogger('info', 'json');
  const { streams } = await connectDockerRuntime(
    { nodeName: 'kubelette-test-logs', agentId: 'test', clock, logger },
    signal,
  );
  const store = new FileLogStore({ root, streams, clock, logger, maxFileBytes, maxFiles: 1000 });
  store.follow(pod, container(id));
  await store.drained(id, 300_000, signal);
  await store.stop();
}

void main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
