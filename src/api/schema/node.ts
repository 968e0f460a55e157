import * as z from 'zod';
import { objectMetaSchema } from './meta.js';
import { bool, choice, define, int32, int64, list, opt, quantities, str, strings, time } from './shape.js';

const V1 = 'io.k8s.api.core.v1';

const taintSchema = define(`${V1}.Taint`, {
  key: str,
  value: opt(str),
  effect: choice('NoSchedule', 'PreferNoSchedule', 'NoExecute'),
  timeAdded: opt(time),
});

const configSourceSchema = define(`${V1}.NodeConfigSource`, {
  configMap: opt(
    define(`${V1}.ConfigMapNodeConfigSource`, {
      namespace: str,
      name: str,
      uid: opt(str),
      resourceVersion: opt(str),
      kubeletConfigKey: str,
    }),
  ),
});

const nodeConditionSchema = define(`${V1}.NodeCondition`, {
  type: str,
  status: choice('True', 'False', 'Unknown'),
  lastHeartbeatTime: opt(time),
  lastTransitionTime: opt(time),
  reason: opt(str),
  message: opt(str),
});

const nodeSystemInfoSchema = define(`${V1}.NodeSystemInfo`, {
  machineID: str,
  systemUUID: str,
  bootID: str,
  kernelVersion: str,
  osImage: str,
  containerRuntimeVersion: str,
  kubeletVersion: str,
  kubeProxyVersion: str,
  operatingSystem: str,
  architecture: str,
  swap: opt(define(`${V1}.NodeSwapStatus`, { capacity: opt(int64) })),
});

const nodeStatusSchema = define(`${V1}.NodeStatus`, {
  capacity: opt(quantities),
  allocatable: opt(quantities),
  phase: opt(str),
  conditions: opt(list(nodeConditionSchema)),
  addresses: opt(list(define(`${V1}.NodeAddress`, { type: str, address: str }))),
  daemonEndpoints: opt(
    define(`${V1}.NodeDaemonEndpoints`, {
      kubeletEndpoint: opt(define(`${V1}.DaemonEndpoint`, { Port: int32 })),
    }),
  ),
  nodeInfo: opt(nodeSystemInfoSchema),
  images: opt(list(define(`${V1}.ContainerImage`, { names: opt(strings), sizeBytes: opt(int64) }))),
  volumesInUse: opt(strings),
  volumesAttached: opt(list(define(`${V1}.AttachedVolume`, { name: str, devicePath: str }))),
  config: opt(
    define(`${V1}.NodeConfigStatus`, {
      assigned: opt(configSourceSchema),
      active: opt(configSourceSchema),
      lastKnownGood: opt(configSourceSchema),
      error: opt(str),
    }),
  ),
  runtimeHandlers: opt(
    list(
      define(`${V1}.NodeRuntimeHandler`, {
        name: opt(str),
        features: opt(
          define(`${V1}.NodeRuntimeHandlerFeatures`, {
            recursiveReadOnlyMounts: opt(bool),
            userNamespaces: opt(bool),
          }),
        ),
      }),
    ),
  ),
  features: opt(define(`${V1}.NodeFeatures`, { supplementalGroupsPolicy: opt(bool) })),
});

export const nodeSchema = define(`${V1}.Node`, {
  apiVersion: z.literal('v1'),
  kind: z.literal('Node'),
  metadata: objectMetaSchema,
  spec: opt(
    define(`${V1}.NodeSpec`, {
      podCIDR: opt(str),
      podCIDRs: opt(strings),
      providerID: opt(str),
      unschedulable: opt(bool),
      taints: opt(list(taintSchema)),
      configSource: opt(configSourceSchema),
      externalID: opt(str),
    }),
  ),
  status: opt(nodeStatusSchema),
});

export type Node = z.infer<typeof nodeSchema>;
