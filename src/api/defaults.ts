import { defaultContainer } from './default-container.js';
import { computeQosClass } from './qos.js';
import type { EphemeralContainer, Pod, PodSpec, Volume } from './schema/pod.js';

const GRACE_SECONDS = 30;
/** rw-r--r-- */
const FILE_MODE = 0o644;
const TOKEN_SECONDS = 3600;

/**
 * Fill what the API server fills when a pod is created: a new object, the given one is left alone, and a second time
 * changes nothing. Empty text counts as absent where there is a default. What admission plugins add (service account,
 * tolerations, priority) is not added, nor what a source of pods adds (namespace, uid, node name).
 *
 * @param pod decoded; amounts that cannot be read stay as they are.
 * Source: kubernetes pkg/apis/core/v1/defaults.go
 */
export function defaultPod(pod: Pod): Pod {
  const spec = defaultSpec(pod.spec);
  const status = pod.status ?? {};
  return {
    ...pod,
    spec,
    status: { ...status, phase: status.phase ?? 'Pending', qosClass: status.qosClass ?? computeQosClass(spec) },
  };
}

function defaultSpec(spec: PodSpec): PodSpec {
  const hostNetwork = spec.hostNetwork === true;
  // One is the older name of the other.
  const account = given(spec.serviceAccountName) ?? given(spec.serviceAccount);
  return {
    ...spec,
    ...(account === undefined ? {} : { serviceAccountName: account, serviceAccount: account }),
    restartPolicy: given(spec.restartPolicy) ?? 'Always',
    dnsPolicy: given(spec.dnsPolicy) ?? 'ClusterFirst',
    schedulerName: given(spec.schedulerName) ?? 'default-scheduler',
    terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds ?? GRACE_SECONDS,
    securityContext: spec.securityContext ?? {},
    enableServiceLinks: spec.enableServiceLinks ?? true,
    ...(spec.volumes === undefined ? {} : { volumes: spec.volumes.map(defaultVolume) }),
    ...(spec.initContainers === undefined
      ? {}
      : { initContainers: spec.initContainers.map((container) => defaultContainer(container, hostNetwork)) }),
    containers: spec.containers.map((container) => defaultContainer(container, hostNetwork)),
    ...(spec.ephemeralContainers === undefined
      ? {}
      : {
          ephemeralContainers: spec.ephemeralContainers.map((container): EphemeralContainer =>
            defaultContainer(container, hostNetwork),
          ),
        }),
  };
}

/** Empty text is what Go has for absent text. */
const given = <T extends string>(text: T | undefined): T | undefined => (text === ('' as T) ? undefined : text);

function defaultVolume(volume: Volume): Volume {
  if (Object.keys(volume).every((key) => key === 'name')) return { ...volume, emptyDir: {} };
  const result = { ...volume };
  if (result.hostPath !== undefined) result.hostPath = { ...result.hostPath, type: result.hostPath.type ?? '' };
  if (result.secret !== undefined) result.secret = withMode(result.secret);
  if (result.configMap !== undefined) result.configMap = withMode(result.configMap);
  if (result.downwardAPI !== undefined) {
    result.downwardAPI = { ...withMode(result.downwardAPI), ...defaultItems(result.downwardAPI) };
  }
  if (result.projected !== undefined) {
    const { sources } = result.projected;
    result.projected = {
      ...withMode(result.projected),
      ...(sources === undefined ? {} : { sources: sources.map(defaultProjection) }),
    };
  }
  return result;
}

const withMode = <T extends { defaultMode?: number }>(source: T): T & { defaultMode: number } => ({
  ...source,
  defaultMode: source.defaultMode ?? FILE_MODE,
});

type Projection = NonNullable<NonNullable<Volume['projected']>['sources']>[number];

function defaultProjection(projection: Projection): Projection {
  const { serviceAccountToken: token, downwardAPI } = projection;
  return {
    ...projection,
    ...(token === undefined
      ? {}
      : { serviceAccountToken: { ...token, expirationSeconds: token.expirationSeconds ?? TOKEN_SECONDS } }),
    ...(downwardAPI === undefined ? {} : { downwardAPI: { ...downwardAPI, ...defaultItems(downwardAPI) } }),
  };
}

type DownwardItems = NonNullable<Volume['downwardAPI']>['items'];

function defaultItems({ items }: { items?: NonNullable<DownwardItems> }): { items?: NonNullable<DownwardItems> } {
  if (items === undefined) return {};
  return {
    items: items.map((item) =>
      item.fieldRef === undefined
        ? item
        : { ...item, fieldRef: { ...item.fieldRef, apiVersion: given(item.fieldRef.apiVersion) ?? 'v1' } },
    ),
  };
}
