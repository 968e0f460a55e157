import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineInfo } from '../runtime/runtime.js';
import type { DockerContext } from './context.js';
import { hasCode } from '../lib/errors.js';
import { ownedLabels } from './labels.js';
import { loadSandboxImage } from './load-sandbox-image.js';
import { ensureNetwork } from './network.js';
import { attachedSubnets, isReachable } from './pod-network.js';
import { removeContainer } from './remove-container.js';
import type { SandboxImage } from './sandbox-image.js';

/** Answer of `GET /info`, as far as it is used. */
interface InfoAnswer {
  readonly SystemTime?: string;
  readonly OperatingSystem?: string;
  readonly SecurityOptions?: readonly string[] | null;
}

/**
 * What can be done with this engine, found out by trying. Loads the sandbox image and makes the pods' network.
 *
 * @param probeDirectory an existing directory of this machine below which the engine should see files
 */
export async function engineInfo(
  context: DockerContext,
  image: SandboxImage,
  probeDirectory: string | undefined,
  signal: AbortSignal,
): Promise<EngineInfo> {
  const { engine } = context;
  const before = engine.clock.now();
  const answer = await engine.call<InfoAnswer>({ method: 'GET', path: '/info' }, signal);
  const after = engine.clock.now();
  return {
    ...engine.facts,
    sharesFilesystem: await sharesFilesystem(context, image, probeDirectory ?? tmpdir(), signal),
    podNetwork: await podNetwork(context, answer, signal),
    clockSkewMs: clockSkew(answer.SystemTime, before, after),
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

/** Engine clock minus ours, taking the answer to be half-way between the two of our times. Pure. */
export function clockSkew(engineTime: string | undefined, before: number, after: number): number {
  const time = engineTime === undefined ? Number.NaN : Date.parse(engineTime);
  return Number.isNaN(time) ? 0 : Math.round(time - (before + after) / 2);
}

async function podNetwork(
  { engine }: DockerContext,
  answer: InfoAnswer,
  signal: AbortSignal,
): Promise<EngineInfo['podNetwork']> {
  const network = await ensureNetwork(engine, signal);
  // Its virtual machine uses the same address ranges as an engine on this host would.
  if (answer.OperatingSystem?.includes('Docker Desktop') === true) return 'sandbox';
  const subnets = (network.IPAM?.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []);
  return isReachable(subnets, await attachedSubnets()) ? 'direct' : 'sandbox';
}

/**
 * A directory with a name nobody else has, as the source of a bind: the engine refuses to create a container for it
 * when it cannot see it. The container is never started. The name is the agent's for good, so that one that was killed here
 * leaves nothing that the next does not take away.
 */
async function sharesFilesystem(
  context: DockerContext,
  image: SandboxImage,
  probeDirectory: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { engine, ownership } = context;
  await loadSandboxImage(engine, image, signal);
  const nonce = join(probeDirectory, `.kubelette-probe-${ownership.agentId}`);
  await mkdir(nonce, { recursive: true });
  try {
    const { Id: id } = await engine.call<{ Id: string }>(
      {
        method: 'POST',
        path: '/containers/create',
        body: {
          Image: image.reference,
          Labels: ownedLabels('helper', ownership),
          HostConfig: {
            NetworkMode: 'none',
            Mounts: [{ Type: 'bind', Source: nonce, Target: '/probe', ReadOnly: true }],
          },
        },
      },
      signal,
    );
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
