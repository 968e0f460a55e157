import type { ContainerStatus, Pod } from '../api/schema/pod.js';
import { KubeletteError } from '../lib/errors.js';

export interface LogInstance {
  readonly attempt: number;
  /** Engine id of the container. */
  readonly id: string;
  /** It still runs. */
  readonly live: boolean;
}

/**
 * Which instance's log is meant: the running one, else the last one that ran, or the one before with `previous`.
 * Messages are the kubelet's. Source: kubelet validateContainerLogStatus, pkg/kubelet/kubelet_pods.go.
 */
export function chooseLogInstance(
  pod: Pod,
  container: string,
  status: ContainerStatus | undefined,
  previous: boolean,
): LogInstance {
  const about = `container "${container}" in pod "${pod.metadata.name}"`;
  const state = status?.state;
  const ended = status?.lastState?.terminated;
  if (previous) {
    if (status === undefined || ended?.containerID === undefined) {
      throw new KubeletteError('Invalid', `previous terminated ${about} not found`);
    }
    return { attempt: endedAttempt(status, ended.containerID), id: engineId(ended.containerID), live: false };
  }
  if (status === undefined) throw new KubeletteError('Invalid', `${about} is not available`);
  if (state?.running !== undefined && status.containerID !== undefined) {
    return { attempt: status.restartCount, id: engineId(status.containerID), live: true };
  }
  if (state?.terminated !== undefined) {
    if (status.containerID === undefined) throw new KubeletteError('Invalid', `${about} is terminated`);
    return { attempt: status.restartCount, id: engineId(status.containerID), live: false };
  }
  if (ended?.containerID !== undefined) {
    return { attempt: endedAttempt(status, ended.containerID), id: engineId(ended.containerID), live: false };
  }
  throw new KubeletteError('Invalid', `${about} ${waitingText(state?.waiting?.reason)}`);
}

/**
 * While it waits for its restart the last instance that ran is the one restartCount counts; once the next one exists,
 * the count is one further.
 */
const endedAttempt = ({ containerID, restartCount }: ContainerStatus, endedId: string): number =>
  containerID === endedId ? restartCount : restartCount - 1;

function waitingText(reason: string | undefined): string {
  switch (reason) {
    case undefined:
    case '':
      return 'is waiting to start - no logs yet';
    case 'ErrImagePull':
      return "is waiting to start: image can't be pulled";
    case 'ImagePullBackOff':
      return 'is waiting to start: trying and failing to pull image';
    default:
      return `is waiting to start: ${reason}`;
  }
}

const engineId = (containerID: string): string => containerID.replace(/^docker:\/\//, '');
