import type Docker from 'dockerode';
import { KubeletteError } from '../lib/errors.js';
import type { DockerContext } from './context.js';
import type { Engine } from './engine.js';
import { listContainers } from './inspect.js';
import { LABEL, ownedFilter, ownedLabels, type Ownership } from './labels.js';
import { loadSandboxImage } from './load-sandbox-image.js';
import { logs } from './logs.js';
import { removeContainer } from './remove-container.js';
import { missingPart } from './run-sandbox.js';
import { sandboxImage } from './sandbox-image.js';
import { startContainer } from './start-container.js';

/** A command of our program, run in a container of its own for a look at the engine's host. */
export interface HelperCommand {
  readonly args: readonly string[];
  /** Besides: no network, and nothing to write to. */
  readonly hostConfig: Docker.HostConfig;
}

/**
 * Runs it and removes the container again.
 *
 * @returns what it wrote, line by line
 * @throws `Internal` with its own words when it failed
 */
export async function runHelper(
  engine: Engine,
  ownership: Ownership,
  command: HelperCommand,
  signal: AbortSignal,
): Promise<string[]> {
  const id = await createHelper(engine, ownership, command, signal);
  try {
    await startContainer(engine, id, signal);
    const lines: string[] = [];
    for await (const { stream, line } of logs(engine, id, { follow: true }, signal)) {
      if (stream === 'stderr') throw new KubeletteError('Internal', line.toString().replace(/^error: /, ''));
      lines.push(line.toString());
    }
    return lines;
  } finally {
    await removeContainer(engine, id, signal);
  }
}

/**
 * Removes the helpers of this agent: each lives for one call, so at the start of an agent they are what a killed one did not
 * get round to remove. Nobody else makes them under this id.
 */
export async function sweepHelpers(
  { engine, ownership }: Pick<DockerContext, 'engine' | 'ownership'>,
  signal: AbortSignal,
): Promise<void> {
  const left = await listContainers(engine, ownedFilter(ownership, { [LABEL.role]: 'helper' }), signal);
  await Promise.all(left.map(async ({ Id }) => removeContainer(engine, Id, signal)));
}

/** Not started. The program is loaded where the engine does not have it. */
export async function createHelper(
  engine: Engine,
  ownership: Ownership,
  { args, hostConfig }: HelperCommand,
  signal: AbortSignal,
): Promise<string> {
  const image = sandboxImage(engine.facts.architecture);
  const body = {
    Image: image.reference,
    Cmd: [...args],
    Labels: ownedLabels('helper', ownership),
    HostConfig: { NetworkMode: 'none', ReadonlyRootfs: true, ...hostConfig },
  };
  const create = async (): Promise<{ Id: string }> =>
    engine.call({ method: 'POST', path: '/containers/create', body }, signal);
  try {
    return (await create()).Id;
  } catch (error) {
    if (missingPart(error) !== 'image') throw error;
    await loadSandboxImage(engine, image, signal);
    return (await create()).Id;
  }
}
