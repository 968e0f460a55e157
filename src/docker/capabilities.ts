import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineInfo } from '../runtime/runtime.js';
import { askForInfo, type InfoAnswer } from './clock-skew.js';
import type { DockerContext } from './context.js';
import { hasCode } from '../lib/errors.js';
import { createHelper } from './helper.js';
import { ensureNetwork } from './network.js';
import { wayToPods } from './pod-network.js';
import { removeContainer } from './remove-container.js';

/**
 * What can be done with this engine, found out by trying. Makes the pods' network, and loads the sandbox image where it is
 * not there.
 *
 * @param probeDirectory an existing directory of this machine below which the engine should see files
 */
export async function engineInfo(
  context: DockerContext,
  probeDirectory: string | undefined,
  signal: AbortSignal,
): Promise<EngineInfo> {
  const [{ answer, clockSkewMs }, shares, network] = await Promise.all([
    // Nothing is known yet, and mostly there is nothing to know.
    askForInfo(context.engine, () => 0, signal),
    sharesFilesystem(context, probeDirectory ?? tmpdir(), signal),
    ensureNetwork(context.engine, signal),
  ]);
  return {
    ...context.engine.facts,
    sharesFilesystem: shares,
    // Docker Desktop: the network is in its virtual machine, wherever this process sees its name.
    podNetwork: isDesktop(answer) ? 'sandbox' : await wayToPods(context.engine, network, signal),
    clockSkewMs,
    ...securityFeatures(answer.SecurityOptions ?? []),
  };
}

/** `name=seccomp,profile=default`, `name=apparmor`, `name=userns`, `name=rootless`. Pure. */
export function securityFeatures(options: readonly string[]): Pick<EngineInfo, 'appArmor' | 'userNamespaces'> {
  const names = options.map((option) => option.split(',')[0]);
  return {
    appArmor: names.includes('name=apparmor'),
    userNamespaces: names.includes('name=userns') || names.includes('name=rootless'),
  };
}

const isDesktop = ({ OperatingSystem }: InfoAnswer): boolean => OperatingSystem?.includes('Docker Desktop') === true;

/**
 * A directory with a name nobody else has, as the source of a bind: the engine refuses to create a container for it
 * when it cannot see it. The container is never started. The name is the agent's for good, so that one that was killed here
 * leaves nothing that the next does not take away.
 */
async function sharesFilesystem(
  { engine, ownership }: DockerContext,
  probeDirectory: string,
  signal: AbortSignal,
): Promise<boolean> {
  const nonce = join(probeDirectory, `.kubelette-probe-${ownership.agentId}`);
  await mkdir(nonce, { recursive: true });
  const mount = { Type: 'bind' as const, Source: nonce, Target: '/probe', ReadOnly: true };
  try {
    const id = await createHelper(engine, ownership, { args: [], hostConfig: { Mounts: [mount] } }, signal);
    await removeContainer(engine, id, signal);
    return true;
  } catch (error) {
    // "bind source path does not exist"
    if (hasCode(error, 'Invalid')) return false;
    throw error;
  } finally {
    await rm(nonce, { recursive: true, force: true });
  }
}
