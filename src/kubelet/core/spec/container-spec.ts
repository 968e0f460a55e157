import type { Container, EphemeralContainer, Pod } from '../../../api/schema/pod.js';
import { containerHash } from '../../../api/hash.js';
import { expand } from '../../../api/expansion.js';
import { KubeletteError } from '../../../lib/errors.js';
import type { ContainerKind, ObservedContainer } from '../../../runtime/observed.js';
import type { ImageFound } from '../../../runtime/runtime.js';
import type { ContainerSpec, Mount } from '../../../runtime/specs.js';
import type { ClaimedVolumes } from '../volumes/claimed-volumes.js';
import type { ConfigObjects } from '../volumes/config-objects.js';
import { containerMounts } from './container-mounts.js';
import { containerEnv, type Allocatable } from './env.js';
import { podIdentity } from '../view/pod-identity.js';
import { resourceSettings } from './resources.js';
import { securitySettings } from './security.js';

export interface ContainerSpecInput {
  /** With a status that knows the addresses. */
  readonly pod: Pod;
  readonly container: Container | EphemeralContainer;
  readonly kind: ContainerKind;
  readonly attempt: number;
  readonly backoffMs: number;
  readonly sandbox: ContainerSpec['sandbox'];
  /** Instances of the pod's containers, highest attempt first: an ephemeral one may join the processes of another. */
  readonly instances?: readonly ObservedContainer[];
  readonly image: ImageFound;
  readonly allocatable: Allocatable;
  readonly config: ConfigObjects;
  /** What the pod's claims give; absent: it has none. */
  readonly claimed?: ClaimedVolumes;
  /** Engine ids of images that are volumes, by the volumes' names; absent: there are none. */
  readonly volumeImages?: ReadonlyMap<string, string>;
  /** Of each container; absent: none. */
  readonly podPidsLimit?: number;
  /** Text of the profile that `localhostSeccomp` names. */
  readonly seccompProfile?: string;
  /** A file of the agent that becomes the container's termination message file, where the engine can see it. */
  readonly terminationFile?: string;
}

/**
 * Everything one container instance is made from. A pure function of spec and image, so that attempt n equals attempt 0
 * (CVE-2019-11245 was about one that did not).
 *
 * @throws KubeletteError `Invalid` for what can only be found out now: the container waits with
 * CreateContainerConfigError and this message
 */
export function buildContainerSpec(input: ContainerSpecInput): ContainerSpec {
  const { container, image, pod } = input;
  const env = containerEnv(input);
  const expandAll = (texts: readonly string[]): string[] => texts.map((text) => expand(text, (name) => env.get(name)));
  const command = expandAll(container.command ?? []);
  const args = expandAll(container.args ?? []);
  return {
    pod: podIdentity(pod),
    name: container.name,
    kind: input.kind,
    attempt: input.attempt,
    specHash: containerHash(container),
    backoffMs: input.backoffMs,
    sandbox: input.sandbox,
    image: container.image,
    imageId: image.id,
    ...(command.length === 0 ? {} : { command }),
    ...(args.length === 0 ? {} : { args }),
    ...(container.workingDir === undefined || container.workingDir === '' ? {} : { workingDir: container.workingDir }),
    ...(container.lifecycle?.stopSignal === undefined ? {} : { stopSignal: container.lifecycle.stopSignal }),
    env: [...env].map(([name, value]) => ({ name, value })),
    mounts: [...mountsOf(input, env), ...terminationMount(container, input.terminationFile)],
    stdin: container.stdin ?? false,
    stdinOnce: container.stdinOnce ?? false,
    tty: container.tty ?? false,
    hostNetwork: pod.spec.hostNetwork ?? false,
    pid: pidMode(input),
    security: securitySettings(pod, container, image.user, input.seccompProfile),
    resources: resourceSettings(pod, container, {
      memoryCapacity: input.allocatable['memory'] ?? '0',
      ...(input.podPidsLimit === undefined ? {} : { podPidsLimit: input.podPidsLimit }),
    }),
  };
}

const mountsOf = (input: ContainerSpecInput, env: ReadonlyMap<string, string>): Mount[] =>
  containerMounts({
    pod: input.pod,
    container: input.container,
    claimed: input.claimed ?? new Map(),
    images: input.volumeImages ?? new Map(),
    env,
  });

/** Where all processes of the pod see each other anyway, a target has nothing to add. */
function pidMode({ container, instances = [], pod: { spec } }: ContainerSpecInput): ContainerSpec['pid'] {
  if (spec.hostPID === true) return 'host';
  if (spec.shareProcessNamespace === true) return 'sandbox';
  const target = 'targetContainerName' in container ? (container.targetContainerName ?? '') : '';
  if (target === '') return 'own';
  const running = instances.find(({ name, state }) => name === target && state === 'running');
  if (running === undefined) throw new KubeletteError('Invalid', `unable to find target container ${target}`);
  return { containerId: running.id };
}

function terminationMount(container: Container, file: string | undefined): Mount[] {
  const target = container.terminationMessagePath ?? '';
  if (file === undefined || target === '') return [];
  return [{ type: 'bind', source: file, target, readOnly: false, createSource: false, propagation: 'rprivate' }];
}
