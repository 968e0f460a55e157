import * as z from 'zod';
import { affinitySchema, tolerationSchema, topologySpreadConstraintSchema } from './affinity.js';
import { localObjectReferenceSchema } from './cloud-volumes.js';
import { containerSchema, ephemeralContainerSchema, resourceRequirementsSchema } from './container.js';
import { objectMetaSchema } from './meta.js';
import { podStatusSchema } from './pod-status.js';
import { podSecurityContextSchema } from './security.js';
import { bool, choice, define, int32, int64, list, opt, quantities, str, stringMap, strings } from './shape.js';
import { volumeSchema } from './volume.js';

export type {
  Container,
  EnvVar,
  EnvVarSource,
  EphemeralContainer,
  ObjectFieldSelector,
  ResourceFieldSelector,
  ResourceRequirements,
  VolumeMount,
} from './container.js';
export type { ContainerState, ContainerStatus, PodStatus, QosClass } from './pod-status.js';
export type { HttpGetAction, Lifecycle, LifecycleHandler, Probe } from './probe.js';
export type { SeccompProfile, SecurityContext } from './security.js';
export type { DownwardAPIVolumeFile, KeyToPath, Volume, VolumeProjection } from './volume.js';

const V1 = 'io.k8s.api.core.v1';

const hostAliasSchema = define(`${V1}.HostAlias`, { ip: str, hostnames: opt(strings) });

const podDNSConfigSchema = define(`${V1}.PodDNSConfig`, {
  nameservers: opt(strings),
  searches: opt(strings),
  options: opt(list(define(`${V1}.PodDNSConfigOption`, { name: opt(str), value: opt(str) }))),
});

const podResourceClaimSchema = define(`${V1}.PodResourceClaim`, {
  name: str,
  resourceClaimName: opt(str),
  resourceClaimTemplateName: opt(str),
});

/** Every field of a v1 pod's spec as of Kubernetes 1.34. */
export const podSpecSchema = define(`${V1}.PodSpec`, {
  volumes: opt(list(volumeSchema)),
  initContainers: opt(list(containerSchema)),
  containers: list(containerSchema),
  ephemeralContainers: opt(list(ephemeralContainerSchema)),
  restartPolicy: opt(choice('Always', 'OnFailure', 'Never')),
  terminationGracePeriodSeconds: opt(int64),
  activeDeadlineSeconds: opt(int64),
  dnsPolicy: opt(choice('ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None')),
  nodeSelector: opt(stringMap),
  serviceAccountName: opt(str),
  serviceAccount: opt(str),
  automountServiceAccountToken: opt(bool),
  nodeName: opt(str),
  hostNetwork: opt(bool),
  hostPID: opt(bool),
  hostIPC: opt(bool),
  shareProcessNamespace: opt(bool),
  securityContext: opt(podSecurityContextSchema),
  imagePullSecrets: opt(list(localObjectReferenceSchema)),
  hostname: opt(str),
  subdomain: opt(str),
  affinity: opt(affinitySchema),
  schedulerName: opt(str),
  tolerations: opt(list(tolerationSchema)),
  hostAliases: opt(list(hostAliasSchema)),
  priorityClassName: opt(str),
  priority: opt(int32),
  dnsConfig: opt(podDNSConfigSchema),
  readinessGates: opt(list(define(`${V1}.PodReadinessGate`, { conditionType: str }))),
  runtimeClassName: opt(str),
  enableServiceLinks: opt(bool),
  preemptionPolicy: opt(choice('Never', 'PreemptLowerPriority')),
  overhead: opt(quantities),
  topologySpreadConstraints: opt(list(topologySpreadConstraintSchema)),
  setHostnameAsFQDN: opt(bool),
  os: opt(define(`${V1}.PodOS`, { name: choice('linux', 'windows') })),
  hostUsers: opt(bool),
  schedulingGates: opt(list(define(`${V1}.PodSchedulingGate`, { name: str }))),
  resourceClaims: opt(list(podResourceClaimSchema)),
  resources: opt(resourceRequirementsSchema),
  hostnameOverride: opt(str),
});

export const podSchema = define(`${V1}.Pod`, {
  apiVersion: z.literal('v1'),
  kind: z.literal('Pod'),
  metadata: objectMetaSchema,
  spec: podSpecSchema,
  status: opt(podStatusSchema),
});

export type Pod = z.infer<typeof podSchema>;
export type PodSpec = z.infer<typeof podSpecSchema>;
