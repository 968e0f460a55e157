import * as z from 'zod';
import { lifecycleSchema, probeSchema } from './probe.js';
import { securityContextSchema } from './security.js';
import { bool, choice, define, int32, list, opt, quantities, quantity, str, strings } from './shape.js';

const V1 = 'io.k8s.api.core.v1';

const containerPortSchema = define(`${V1}.ContainerPort`, {
  name: opt(str),
  hostPort: opt(int32),
  containerPort: int32,
  protocol: opt(choice('SCTP', 'TCP', 'UDP')),
  hostIP: opt(str),
});

const optionalReference = { name: opt(str), optional: opt(bool) };

const envFromSourceSchema = define(`${V1}.EnvFromSource`, {
  prefix: opt(str),
  configMapRef: opt(define(`${V1}.ConfigMapEnvSource`, optionalReference)),
  secretRef: opt(define(`${V1}.SecretEnvSource`, optionalReference)),
});

export const objectFieldSelectorSchema = define(`${V1}.ObjectFieldSelector`, { apiVersion: opt(str), fieldPath: str });

export const resourceFieldSelectorSchema = define(`${V1}.ResourceFieldSelector`, {
  containerName: opt(str),
  resource: str,
  divisor: opt(quantity),
});

const keySelector = { name: opt(str), key: str, optional: opt(bool) };

const envVarSourceSchema = define(`${V1}.EnvVarSource`, {
  fieldRef: opt(objectFieldSelectorSchema),
  resourceFieldRef: opt(resourceFieldSelectorSchema),
  configMapKeyRef: opt(define(`${V1}.ConfigMapKeySelector`, keySelector)),
  secretKeyRef: opt(define(`${V1}.SecretKeySelector`, keySelector)),
  fileKeyRef: opt(define(`${V1}.FileKeySelector`, { volumeName: str, path: str, key: str, optional: opt(bool) })),
});

const envVarSchema = define(`${V1}.EnvVar`, { name: str, value: opt(str), valueFrom: opt(envVarSourceSchema) });

const resourceClaimSchema = define(`${V1}.ResourceClaim`, { name: str, request: opt(str) });

export const resourceRequirementsSchema = define(`${V1}.ResourceRequirements`, {
  limits: opt(quantities),
  requests: opt(quantities),
  claims: opt(list(resourceClaimSchema)),
});

const containerResizePolicySchema = define(`${V1}.ContainerResizePolicy`, {
  resourceName: choice('cpu', 'memory'),
  restartPolicy: choice('NotRequired', 'RestartContainer'),
});

const containerRestartRuleSchema = define(`${V1}.ContainerRestartRule`, {
  action: choice('Restart', 'RestartAllContainers'),
  exitCodes: opt(
    define(`${V1}.ContainerRestartRuleOnExitCodes`, { operator: choice('In', 'NotIn'), values: opt(list(int32)) }),
  ),
});

const volumeMountSchema = define(`${V1}.VolumeMount`, {
  name: str,
  readOnly: opt(bool),
  recursiveReadOnly: opt(choice('Disabled', 'Enabled', 'IfPossible')),
  mountPath: str,
  subPath: opt(str),
  mountPropagation: opt(choice('Bidirectional', 'HostToContainer', 'None')),
  subPathExpr: opt(str),
});

const volumeDeviceSchema = define(`${V1}.VolumeDevice`, { name: str, devicePath: str });

const containerFields = {
  name: str,
  image: str,
  command: opt(strings),
  args: opt(strings),
  workingDir: opt(str),
  ports: opt(list(containerPortSchema)),
  envFrom: opt(list(envFromSourceSchema)),
  env: opt(list(envVarSchema)),
  resources: opt(resourceRequirementsSchema),
  resizePolicy: opt(list(containerResizePolicySchema)),
  restartPolicy: opt(choice('Always', 'OnFailure', 'Never')),
  restartPolicyRules: opt(list(containerRestartRuleSchema)),
  volumeMounts: opt(list(volumeMountSchema)),
  volumeDevices: opt(list(volumeDeviceSchema)),
  livenessProbe: opt(probeSchema),
  readinessProbe: opt(probeSchema),
  startupProbe: opt(probeSchema),
  lifecycle: opt(lifecycleSchema),
  terminationMessagePath: opt(str),
  terminationMessagePolicy: opt(choice('FallbackToLogsOnError', 'File')),
  imagePullPolicy: opt(choice('Always', 'IfNotPresent', 'Never')),
  securityContext: opt(securityContextSchema),
  stdin: opt(bool),
  stdinOnce: opt(bool),
  tty: opt(bool),
};

/** Main and init containers. An init container with restart policy Always is a sidecar. */
export const containerSchema = define(`${V1}.Container`, containerFields);

/** Added to a running pod for debugging. It has a container's fields, though validation forbids many of them. */
export const ephemeralContainerSchema = define(`${V1}.EphemeralContainer`, {
  ...containerFields,
  targetContainerName: opt(str),
});

export type Container = z.infer<typeof containerSchema>;
export type EphemeralContainer = z.infer<typeof ephemeralContainerSchema>;
export type EnvVar = z.infer<typeof envVarSchema>;
export type EnvVarSource = z.infer<typeof envVarSourceSchema>;
export type ObjectFieldSelector = z.infer<typeof objectFieldSelectorSchema>;
export type ResourceFieldSelector = z.infer<typeof resourceFieldSelectorSchema>;
export type ResourceRequirements = z.infer<typeof resourceRequirementsSchema>;
export type VolumeMount = z.infer<typeof volumeMountSchema>;
