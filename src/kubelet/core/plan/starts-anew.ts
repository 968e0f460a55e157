import type { ContainerStatus } from '../../../api/schema/pod-status.js';

/** Reason of the last state of a container that was removed so that all of its pod could start anew. */
export const RESTARTING_ALL = 'RestartingAllContainers';

/** Was its instance removed so that it runs anew, and does it not yet? How that one ended says nothing then. */
export const startsAnew = (status: ContainerStatus | undefined): boolean =>
  status?.state?.waiting !== undefined && status.lastState?.terminated?.reason === RESTARTING_ALL;
