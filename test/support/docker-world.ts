import { randomUUID } from 'node:crypto';
import { connectEngine } from '../../src/docker/connect.js';
import { connectDockerRuntime, type DockerRuntime } from '../../src/docker/docker-runtime.js';
import type { DockerContext } from '../../src/docker/context.js';
import type { Engine } from '../../src/docker/engine.js';
import { listKubeletteObjects, removeKubeletteObjects } from '../../src/docker/inventory.js';
import { systemClock } from '../../src/lib/clock.js';
import { silentLogger } from '../../src/lib/logger.js';

/** The image all container tests use; `scripts/setup.sh` makes it where no registry answers. */
export const BUSYBOX = 'kubelette.local/busybox:1';

/** The real engine, under a node name of its own. */
export interface DockerWorld {
  readonly engine: Engine;
  /** Of the agent that `runtime()` is. */
  readonly context: DockerContext;
  readonly nodeName: string;
  readonly busybox: { readonly reference: string; readonly id: string };
  runtime(agentId?: string): Promise<DockerRuntime>;
  /** Removes everything that was made under the node name. */
  close(): Promise<void>;
}

export async function openDockerWorld(name: string): Promise<DockerWorld> {
  const { signal } = new AbortController();
  const nodeName = `test-${name}-${randomUUID().slice(0, 8)}`;
  const engine = await connectEngine(undefined, systemClock, signal);
  const runtime = async (agentId = 'me'): Promise<DockerRuntime> =>
    connectDockerRuntime({ nodeName, agentId, clock: systemClock, logger: silentLogger }, signal);
  const found = await (await runtime()).images.find(BUSYBOX, signal);
  if (found === undefined) throw new Error(`${BUSYBOX} is missing: run "bash scripts/setup.sh test" first`);
  return {
    engine,
    context: { engine, ownership: { nodeName, agentId: 'me' }, logger: silentLogger },
    nodeName,
    busybox: { reference: BUSYBOX, id: found.id },
    runtime,
    close: async () => {
      const mine = await listKubeletteObjects(engine, { nodeName }, signal);
      // Other test files may be using the network, or about to.
      await removeKubeletteObjects(engine, { ...mine, networks: [] }, signal);
    },
  };
}

/** A shell script as a container's command. */
export const script = (text: string): { readonly command: readonly string[] } => ({
  command: ['/bin/busybox', 'sh', '-c', text],
});
