/**
 * Protobuf as Kubernetes writes it has every field that Go holds as a plain value, set or not; JSON leaves those out when
 * they are zero. A field that Go holds as a pointer is written only when set, so its zero is one somebody meant.
 * Source: `omitempty` in the types of k8s.io/api.
 */
export function isUnset(message: string, field: string, value: unknown): boolean {
  if (value === '') return !keptWhenEmpty.has(`${message}.${field}`);
  if (value !== 0 && value !== false) return false;
  if (field === 'readOnly') return message !== 'CSIVolumeSource';
  return anywhere.has(field) || plain.has(`${message}.${field}`);
}

const qualify = (message: string, ...fields: readonly string[]): string[] =>
  fields.map((field) => `${message}.${field}`);

/** Pointers to text, and texts that JSON has even when empty. */
const keptWhenEmpty = new Set([
  ...qualify('PersistentVolumeClaimSpec', 'storageClassName', 'volumeAttributesClassName'),
  ...qualify('ContainerStatus', 'image', 'imageID'),
  ...qualify('TypedLocalObjectReference', 'apiGroup'),
  ...qualify('TypedObjectReference', 'apiGroup'),
  ...qualify('IngressSpec', 'ingressClassName'),
]);

const anywhere = new Set(['observedGeneration', 'minReadySeconds']);

const plain = new Set([
  ...qualify('ObjectMeta', 'generation'),
  ...qualify('AWSElasticBlockStoreVolumeSource', 'partition'),
  ...qualify('GCEPersistentDiskVolumeSource', 'partition'),
  ...qualify('ISCSIVolumeSource', 'chapAuthDiscovery', 'chapAuthSession'),
  ...qualify('ScaleIOVolumeSource', 'sslEnabled'),
  ...qualify('Container', 'stdin', 'stdinOnce', 'tty'),
  ...qualify('EphemeralContainer', 'stdin', 'stdinOnce', 'tty'),
  ...qualify('EphemeralContainerCommon', 'stdin', 'stdinOnce', 'tty'),
  ...qualify('ContainerPort', 'hostPort'),
  ...qualify('ContainerStateTerminated', 'signal'),
  ...qualify('ContainerImage', 'sizeBytes'),
  ...qualify('PodSpec', 'hostNetwork', 'hostPID', 'hostIPC'),
  ...qualify('Probe', 'initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'),
  ...qualify('ServicePort', 'nodePort'),
  ...qualify('ServiceSpec', 'publishNotReadyAddresses', 'healthCheckNodePort'),
  ...qualify('ServiceBackendPort', 'number'),
  ...qualify('NodeSpec', 'unschedulable'),
  ...qualify('Event', 'count'),
  ...qualify('EventSeries', 'count'),
  ...qualify('PriorityClass', 'globalDefault'),
  ...qualify('DeploymentSpec', 'paused'),
  ...qualify(
    'DeploymentStatus',
    'replicas',
    'updatedReplicas',
    'readyReplicas',
    'availableReplicas',
    'unavailableReplicas',
  ),
  ...qualify('ReplicaSetStatus', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'),
  ...qualify('ReplicationControllerStatus', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'),
  ...qualify('StatefulSetStatus', 'readyReplicas', 'currentReplicas', 'updatedReplicas'),
  ...qualify('DaemonSetStatus', 'updatedNumberScheduled', 'numberAvailable', 'numberUnavailable'),
  ...qualify('JobStatus', 'active', 'succeeded', 'failed'),
  ...qualify('SubjectAccessReviewStatus', 'denied'),
  ...qualify('TokenReviewStatus', 'authenticated'),
]);
