import { ownerText, sweepAbandoned } from './abandoned.js';
import type { DataDirLayout } from './data-dir/layout.js';
import { connectDockerRuntime, type DockerRuntime } from './docker/docker-runtime.js';
import { errorMessage, KubeletteError } from './lib/errors.js';
import type { AgentOptions } from './options.js';
import type { HostInfo } from './runtime/host.js';
import type { EngineInfo } from './runtime/runtime.js';

/** Tries to reach the engine this often at first, and this often at most later on. */
const CONNECT_RETRY_MS = 500;
const CONNECT_RETRY_MAX_MS = 5_000;

/** Waits for an engine, saying once what is wrong and that it keeps trying. */
export async function waitForEngine(
  { agentId, layout, options }: { agentId: string; layout: DataDirLayout; options: AgentOptions },
  signal: AbortSignal,
): Promise<{ runtime: DockerRuntime; engine: EngineInfo; host: HostInfo }> {
  const { clock, dockerHost, images: { pullDeadlineMs } = {}, logger, nodeName } = options;
  const owner = options.ephemeral ? { owner: await ownerText() } : {};
  let retryMs = CONNECT_RETRY_MS;
  let told = '';
  for (;;) {
    try {
      const runtime = await connectDockerRuntime(
        {
          nodeName,
          agentId,
          dataDir: layout.root,
          clock,
          logger,
          ...owner,
          ...(dockerHost === undefined ? {} : { dockerHost }),
          ...(pullDeadlineMs === undefined ? {} : { pullDeadlineMs }),
        },
        signal,
      );
      await runtime.sweepHelpers(signal);
      const engine = await runtime.info(signal);
      const host = await runtime.host.info(signal);
      if (options.ephemeral) await sweepAbandoned(options, signal);
      return { runtime, engine, host };
    } catch (error) {
      if (!mayChange(error) || signal.aborted) throw error;
      const message = errorMessage(error);
      if (message !== told) logger.error({ error: message }, 'no Docker engine yet, trying on');
      told = message;
    }
    await clock.sleep(retryMs, signal);
    retryMs = Math.min(retryMs * 2, CONNECT_RETRY_MAX_MS);
  }
}

/** An engine that refuses may be one that is just coming up; one that is too old or cannot be understood stays so. */
const mayChange = (error: unknown): boolean =>
  error instanceof KubeletteError && error.code !== 'Invalid' && error.code !== 'Unsupported';
