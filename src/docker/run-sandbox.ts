import { errorMessage, hasCode } from '../lib/errors.js';
import type { WhileStarting } from '../runtime/runtime.js';
import type { SandboxSpec } from '../runtime/specs.js';
import type { DockerContext } from './context.js';
import { createNamed } from './create-named.js';
import { sandboxCreateBody } from './host-config.js';
import { parsePodLabels, sandboxLabels } from './labels.js';
import { loadSandboxImage } from './load-sandbox-image.js';
import { sandboxName } from './names.js';
import { ensureNetwork } from './network.js';
import { removeContainer } from './remove-container.js';
import type { SandboxImage } from './sandbox-image.js';
import { startContainer } from './start-container.js';
import { watchPreparation } from './volume-preparation.js';

/**
 * Creates and starts the sandbox and waits until its files and volumes are prepared, or adopts the one an earlier call made from
 * the same spec. A sandbox that failed is removed again. Network and image are made when the engine says that they are
 * missing: they are nearly always there.
 *
 * @returns its id
 */
export async function runSandbox(
  context: DockerContext,
  image: SandboxImage,
  spec: SandboxSpec,
  signal: AbortSignal,
  whileStarting: WhileStarting = async () => undefined,
): Promise<string> {
  const made = new Set<string>();
  for (;;) {
    try {
      return await tryRunSandbox(context, image, spec, signal, whileStarting);
    } catch (error) {
      const missing = missingPart(error);
      if (missing === undefined || made.has(missing)) throw error;
      made.add(missing);
      if (missing === 'network') await ensureNetwork(context.engine, signal);
      else await loadSandboxImage(context.engine, image, signal);
    }
  }
}

/** What the engine misses, or has twice, judged by its words: it has one status for everything that is not there. */
export function missingPart(error: unknown): 'image' | 'network' | undefined {
  if (hasCode(error, 'Invalid') && /network .*is ambiguous/i.test(error.message)) return 'network';
  if (!hasCode(error, 'NotFound')) return undefined;
  if (/no such image/i.test(error.message)) return 'image';
  return /network .*not found/i.test(error.message) ? 'network' : undefined;
}

async function tryRunSandbox(
  context: DockerContext,
  image: SandboxImage,
  spec: SandboxSpec,
  signal: AbortSignal,
  whileStarting: WhileStarting,
): Promise<string> {
  const { engine, ownership } = context;
  const labels = sandboxLabels(spec, ownership);
  const { id, adopted } = await createNamed(
    context,
    sandboxName(spec.pod, spec.attempt),
    sandboxCreateBody(spec, image.reference, { facts: engine.facts, labels }),
    ({ State, Config }) =>
      parsePodLabels(Config.Labels)?.specHash === spec.specHash &&
      // A sandbox that ended is never started again: what joined it would keep a dead namespace.
      (State.Running || (State.Status === 'created' && State.ExitCode === 0)),
    signal,
  );
  const running = adopted?.State.Running === true;
  const meanwhile = running ? undefined : whileStarting(id);
  try {
    await startPrepared(context, id, running, prepares(spec), signal);
    await meanwhile;
  } catch (error) {
    await meanwhile;
    // Aborted or unreachable: the outcome is unknown, and the next observation shows what there is.
    if (!signal.aborted && !hasCode(error, 'Unavailable')) await removeFailed(context, id, signal);
    throw error;
  }
  return id;
}

const prepares = ({ files, volumes }: SandboxSpec): boolean => files.length + volumes.length > 0;

async function startPrepared(
  { engine }: DockerContext,
  id: string,
  running: boolean,
  hasWork: boolean,
  signal: AbortSignal,
): Promise<void> {
  if (!hasWork) {
    if (!running) await startContainer(engine, id, signal);
    return;
  }
  const preparation = await watchPreparation(engine, id, signal);
  try {
    if (!running) await startContainer(engine, id, signal);
    await preparation.done(signal);
  } finally {
    preparation.close();
  }
}

async function removeFailed({ engine, logger }: DockerContext, id: string, signal: AbortSignal): Promise<void> {
  try {
    await removeContainer(engine, id, signal);
  } catch (error) {
    // The cause of the failure matters more; the leftover is seen at the next observation.
    logger.debug({ container: id, error: errorMessage(error) }, 'failed sandbox was not removed');
  }
}
