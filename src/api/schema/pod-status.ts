import * as z from 'zod';
import { resourceRequirementsSchema } from './container.js';
import { bool, choice, define, int32, int64, list, opt, quantities, str, time } from './shape.js';

const V1 = 'io.k8s.api.core.v1';

const podConditionSchema = define(`${V1}.PodCondition`, {
  type: str,
  observedGeneration: opt(int64),
  status: choice('True', 'False', 'Unknown'),
  lastProbeTime: opt(time),
  lastTransitionTime: opt(time),
  reason: opt(str),
  message: opt(str),
});

const waitingSchema = define(`${V1}.ContainerStateWaiting`, { reason: opt(str), message: opt(str) });

const runningSchema = define(`${V1}.ContainerStateRunning`, { startedAt: opt(time) });

const terminatedSchema = define(`${V1}.ContainerStateTerminated`, {
  exitCode: int32,
  signal: opt(int32),
  reason: opt(str),
  message: opt(str),
  startedAt: opt(time),
  finishedAt: opt(time),
  containerID: opt(str),
});

const containerStateSchema = define(`${V1}.ContainerState`, {
  waiting: opt(waitingSchema),
  running: opt(runningSchema),
  terminated: opt(terminatedSchema),
});

const volumeMountStatusSchema = define(`${V1}.VolumeMountStatus`, {
  name: str,
  mountPath: str,
  readOnly: opt(bool),
  recursiveReadOnly: opt(choice('Disabled', 'Enabled', 'IfPossible')),
});

const containerUserSchema = define(`${V1}.ContainerUser`, {
  linux: opt(define(`${V1}.LinuxContainerUser`, { uid: int64, gid: int64, supplementalGroups: opt(list(int64)) })),
});

const resourceStatusSchema = define(`${V1}.ResourceStatus`, {
  name: str,
  resources: opt(list(define(`${V1}.ResourceHealth`, { resourceID: str, health: opt(str) }))),
});

const containerStatusSchema = define(`${V1}.ContainerStatus`, {
  name: str,
  state: opt(containerStateSchema),
  lastState: opt(containerStateSchema),
  ready: bool,
  restartCount: int32,
  image: str,
  imageID: str,
  containerID: opt(str),
  started: opt(bool),
  allocatedResources: opt(quantities),
  resources: opt(resourceRequirementsSchema),
  volumeMounts: opt(list(volumeMountStatusSchema)),
  user: opt(containerUserSchema),
  allocatedResourcesStatus: opt(list(resourceStatusSchema)),
  stopSignal: opt(str),
});

const claimStatusSchema = define(`${V1}.PodResourceClaimStatus`, { name: str, resourceClaimName: opt(str) });

const extendedClaimStatusSchema = define(`${V1}.PodExtendedResourceClaimStatus`, {
  requestMappings: list(
    define(`${V1}.ContainerExtendedResourceRequest`, { containerName: str, resourceName: str, requestName: str }),
  ),
  resourceClaimName: str,
});

export const podStatusSchema = define(`${V1}.PodStatus`, {
  observedGeneration: opt(int64),
  phase: opt(choice('Pending', 'Running', 'Succeeded', 'Failed', 'Unknown')),
  conditions: opt(list(podConditionSchema)),
  message: opt(str),
  reason: opt(str),
  nominatedNodeName: opt(str),
  hostIP: opt(str),
  hostIPs: opt(list(define(`${V1}.HostIP`, { ip: str }))),
  podIP: opt(str),
  podIPs: opt(list(define(`${V1}.PodIP`, { ip: str }))),
  startTime: opt(time),
  initContainerStatuses: opt(list(containerStatusSchema)),
  containerStatuses: opt(list(containerStatusSchema)),
  qosClass: opt(choice('BestEffort', 'Burstable', 'Guaranteed')),
  ephemeralContainerStatuses: opt(list(containerStatusSchema)),
  resize: opt(str),
  resourceClaimStatuses: opt(list(claimStatusSchema)),
  extendedResourceClaimStatus: opt(extendedClaimStatusSchema),
});

export type PodStatus = z.infer<typeof podStatusSchema>;
export type QosClass = NonNullable<PodStatus['qosClass']>;
export type PodCondition = z.infer<typeof podConditionSchema>;
export type ContainerStatus = z.infer<typeof containerStatusSchema>;
export type ContainerState = z.infer<typeof containerStateSchema>;
export type ContainerStateTerminated = z.infer<typeof terminatedSchema>;
