import type { Container, Pod } from '../../../api/schema/pod.js';
import type { ContainerKind } from '../../../runtime/observed.js';

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never';

/** A container as far as its restarts are concerned. */
interface Restartable {
  readonly spec: Pick<Container, 'restartPolicyRules'>;
  readonly kind: ContainerKind;
  readonly restartPolicy: RestartPolicy;
}

/**
 * The policy that counts for one container: its own, or else the pod's. Regular init containers run to success, so
 * `Always` means `OnFailure` for them; sidecars always restart; ephemeral containers never do.
 * Source: kubelet computeInitContainerActions, and pkg/api/v1/pod/util.go ContainerShouldRestart.
 */
export function effectiveRestartPolicy(pod: Pod, container: Container, kind: ContainerKind): RestartPolicy {
  const policy = container.restartPolicy ?? pod.spec.restartPolicy ?? 'Always';
  switch (kind) {
    case 'sidecar':
      return 'Always';
    case 'ephemeral':
      return 'Never';
    case 'init':
      return policy === 'Never' ? 'Never' : 'OnFailure';
    case 'app':
      return policy;
  }
}

/**
 * May an ended container run again? The first of its rules that matches the exit code decides, then its policy. An exit
 * code that nobody knows any more counts as a failure that no rule is about.
 */
export function restartsAfter(container: Restartable, exitCode: number | undefined): boolean {
  if (matchingAction(container, exitCode) !== undefined) return true;
  const { restartPolicy } = container;
  return restartPolicy === 'Always' || (restartPolicy === 'OnFailure' && exitCode !== 0);
}

/** Do all containers of the pod start anew because this one ended so? An init container that succeeded has done its work. */
export const restartsAllAfter = (container: Restartable, exitCode: number | undefined): boolean =>
  matchingAction(container, exitCode) === 'RestartAllContainers' && !(container.kind === 'init' && exitCode === 0);

function matchingAction({ kind, spec }: Restartable, exitCode: number | undefined): string | undefined {
  if (exitCode === undefined || kind === 'ephemeral') return undefined;
  return spec.restartPolicyRules?.find(({ exitCodes }) => {
    if (exitCodes === undefined) return false;
    return (exitCodes.values ?? []).includes(exitCode) === (exitCodes.operator === 'In');
  })?.action;
}
