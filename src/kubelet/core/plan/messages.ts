import type { PodIdentity } from '../../../runtime/observed.js';
import { goDuration } from '../../../lib/time.js';

/** `name_namespace(uid)`: how the kubelet names a pod inside messages. */
export const podDescription = (pod: PodIdentity): string => `${pod.name}_${pod.namespace}(${pod.uid})`;

/** Message of the waiting reason CrashLoopBackOff. */
export const backoffMessage = (pod: PodIdentity, container: string, delayMs: number): string =>
  `back-off ${goDuration(delayMs)} restarting failed container=${container} pod=${podDescription(pod)}`;
