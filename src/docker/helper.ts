import type Docker from 'dockerode';
import { KubeletteError } from '../lib/errors.js';
import type { Engine } from './engine.js';
import { ownedLabels, type Ownership } from './labels.js';
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

async function createHelper(
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
