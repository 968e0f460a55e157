import type { Container, Pod } from '../../api/schema/pod.js';
import type { ContainerKind } from '../../runtime/observed.js';

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never';

/**
 * The policy that counts for one container. Regular init containers run to success, so `Always` means `OnFailure` for
 * them; sidecars always restart; ephemeral containers never do. Source: kubelet computeInitContainerActions.
 */
export function effectiveRestartPolicy(pod: Pod, container: Container, kind: ContainerKind): RestartPolicy {
  const policy = pod.spec.restartPolicy ?? 'Always';
  switch (kind) {
    case 'sidecar':
      return 'Always';
    case 'ephemeral':
      return 'Never';
    case 'init':
      return policy === 'Never' ? 'Never' : 'OnFailure';
    case 'app':
      return container.restartPolicy ?? policy;
  }
}

/** May an ended container run again? An exit code that nobody knows any more counts as a failure. */
export const restartsAfter = (policy: RestartPolicy, exitCode: number | undefined): boolean =>
  policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
