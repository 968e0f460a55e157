/**
 * Which test shows that a field does what it should, by the beginning of its path; of several the longest counts.
 * `container` is any container of the pod. Below `test/`.
 */
const PROOFS: Readonly<Record<string, string>> = {
  apiVersion: 'unit/api/decode.test.ts',
  kind: 'unit/api/decode.test.ts',
  metadata: 'unit/api/validate.test.ts',
  'metadata.annotations': 'integration/kubectl/apply.test.ts',
  'metadata.creationTimestamp': 'unit/apiserver/resources/writes.test.ts',
  'metadata.deletionGracePeriodSeconds': 'unit/apiserver/resources/delete.test.ts',
  'metadata.deletionTimestamp': 'unit/apiserver/resources/delete.test.ts',
  'metadata.finalizers': 'integration/kubectl/wait-delete.test.ts',
  'metadata.ownerReferences': 'unit/apiserver/resources/garbage-collector.test.ts',
  'metadata.generateName': 'unit/apiserver/resources/writes.test.ts',
  'metadata.resourceVersion': 'unit/apiserver/resources/writes.test.ts',
  'metadata.uid': 'unit/kubelet/static-pods/manifest-pods.test.ts',

  'container.args': 'unit/kubelet/core/container-spec.test.ts',
  'container.command': 'integration/manifests/env.test.ts',
  'container.env': 'integration/manifests/env.test.ts',
  'container.envFrom': 'integration/manifests/env.test.ts',
  'container.env[].valueFrom.configMapKeyRef': 'unit/kubelet/core/env.test.ts',
  'container.env[].valueFrom.resourceFieldRef': 'unit/kubelet/core/env.test.ts',
  'container.env[].valueFrom.secretKeyRef': 'unit/kubelet/core/env.test.ts',
  'container.image': 'integration/images/pull.test.ts',
  'container.imagePullPolicy': 'integration/images/pull.test.ts',
  'container.lifecycle': 'integration/agent/hooks.test.ts',
  'container.lifecycle.postStart.httpGet.httpHeaders': 'unit/kubelet/hooks/run-hook.test.ts',
  'container.lifecycle.preStop.httpGet.httpHeaders': 'unit/kubelet/hooks/run-hook.test.ts',
  'container.livenessProbe': 'integration/agent/probes.test.ts',
  'container.livenessProbe.httpGet.httpHeaders': 'unit/kubelet/prober/handlers.test.ts',
  'container.readinessProbe': 'integration/agent/probes.test.ts',
  'container.readinessProbe.httpGet.httpHeaders': 'unit/kubelet/prober/handlers.test.ts',
  'container.startupProbe': 'integration/agent/probes.test.ts',
  'container.startupProbe.httpGet.httpHeaders': 'unit/kubelet/prober/handlers.test.ts',
  'container.name': 'unit/api/validate.test.ts',
  'container.ports': 'unit/kubelet/core/sandbox-spec.test.ts',
  'container.resources': 'integration/manifests/resources.test.ts',
  'container.resizePolicy': 'unit/kubelet/core/resize.test.ts',
  'container.restartPolicy': 'integration/manifests/restart-rules.test.ts',
  'container.securityContext': 'integration/manifests/security-context.test.ts',
  'container.securityContext.appArmorProfile': 'unit/kubelet/core/security.test.ts',
  'container.securityContext.privileged': 'integration/kubelet/security.test.ts',
  'container.securityContext.procMount': 'unit/kubelet/core/security.test.ts',
  'container.securityContext.seccompProfile': 'integration/kubelet/security.test.ts',
  'container.stdin': 'unit/kubelet/core/container-spec.test.ts',
  'container.targetContainerName': 'unit/kubelet/core/ephemeral-containers.test.ts',
  'container.terminationMessage': 'unit/kubelet/termination-messages.test.ts',
  'container.tty': 'unit/kubelet/core/container-spec.test.ts',
  'container.volumeMounts': 'integration/volumes/mounts.test.ts',
  'container.volumeMounts[].mountPropagation': 'unit/kubelet/core/container-mounts.test.ts',
  'container.workingDir': 'unit/kubelet/core/container-spec.test.ts',

  'spec.activeDeadlineSeconds': 'integration/agent/endings.test.ts',
  'spec.dns': 'integration/manifests/dns-and-hosts.test.ts',
  'spec.enableServiceLinks': 'unit/kubelet/core/service-env.test.ts',
  'spec.host': 'integration/agent/network.test.ts',
  'spec.hostAliases': 'integration/manifests/dns-and-hosts.test.ts',
  'spec.hostUsers': 'integration/kubelet/security.test.ts',
  'spec.hostname': 'integration/manifests/dns-and-hosts.test.ts',
  'spec.hostnameOverride': 'unit/kubelet/core/hostname.test.ts',
  'spec.imagePullSecrets': 'integration/images/credentials.test.ts',
  'spec.os': 'unit/api/validate.test.ts',
  'spec.readinessGates': 'unit/kubelet/core/pod-status.test.ts',
  'spec.resources': 'unit/api/validate.test.ts',
  'spec.restartPolicy': 'integration/manifests/restart-onfailure.test.ts',
  'spec.securityContext': 'integration/manifests/security-context.test.ts',
  'spec.securityContext.appArmorProfile': 'unit/kubelet/core/security.test.ts',
  'spec.securityContext.fsGroup': 'integration/volumes/claims.test.ts',
  'spec.securityContext.seccompProfile': 'integration/kubelet/security.test.ts',
  'spec.securityContext.supplementalGroupsPolicy': 'integration/kubelet/security.test.ts',
  'spec.securityContext.sysctls': 'integration/agent/network.test.ts',
  'spec.setHostnameAsFQDN': 'integration/manifests/dns-and-hosts.test.ts',
  'spec.shareProcessNamespace': 'integration/manifests/shared-pid.test.ts',
  'spec.subdomain': 'integration/manifests/dns-and-hosts.test.ts',
  'spec.terminationGracePeriodSeconds': 'integration/agent/termination.test.ts',
  'spec.volumes': 'integration/volumes/mounts.test.ts',
  'spec.volumes[].configMap': 'integration/volumes/projected.test.ts',
  'spec.volumes[].downwardAPI': 'integration/volumes/projected.test.ts',
  'spec.volumes[].downwardAPI.items[].resourceFieldRef': 'unit/kubelet/core/projected-files.test.ts',
  'spec.volumes[].emptyDir': 'integration/volumes/mounts.test.ts',
  'spec.volumes[].ephemeral': 'integration/volumes/claims.test.ts',
  'spec.volumes[].ephemeral.volumeClaimTemplate.spec': 'unit/kubelet/core/claim-plan.test.ts',
  'spec.volumes[].image': 'unit/kubelet/core/container-mounts.test.ts',
  'spec.volumes[].persistentVolumeClaim': 'integration/volumes/claims.test.ts',
  'spec.volumes[].projected': 'integration/volumes/projected.test.ts',
  'spec.volumes[].projected.sources[].downwardAPI.items[].resourceFieldRef':
    'unit/kubelet/core/projected-files.test.ts',
  'spec.volumes[].projected.sources[].serviceAccountToken': 'unit/kubelet/core/projected-files.test.ts',
  'spec.volumes[].secret': 'integration/volumes/projected.test.ts',
};

const CONTAINER_LISTS = /^spec\.(containers|initContainers|ephemeralContainers)\[\]/;

/** The test, from the root of the repository; undefined: nobody has named one. */
export function proofOf(path: string): string | undefined {
  const field = path.replace(CONTAINER_LISTS, 'container');
  const [longest] = Object.keys(PROOFS)
    .filter((start) => field.startsWith(start))
    .sort((a, b) => b.length - a.length);
  return longest === undefined ? undefined : `test/${PROOFS[longest] ?? ''}`;
}
