import type { Pod } from '../schema/pod.js';
import { isSafeSeccomp } from './baseline.js';
import {
  allContainers,
  badSetters,
  containers,
  containersThat,
  plural,
  quoted,
  sorted,
  type Check,
  type Violation,
} from './check.js';

const SOURCES = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim'] as const;
const ALLOWED_SOURCES: ReadonlySet<string> = new Set([...SOURCES, 'projected', 'secret']);

/** From 1.25 on these do not bind pods for Windows, where they mean nothing. */
const isForWindows = ({ spec }: Pod, minor: number): boolean => minor >= 25 && spec.os?.name === 'windows';

function allowPrivilegeEscalation(pod: Pod, minor: number): Violation | undefined {
  if (isForWindows(pod, minor)) return undefined;
  const names = containersThat(pod, ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false);
  if (names.length === 0) return undefined;
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${containers(names)} must set securityContext.allowPrivilegeEscalation=false`,
  };
}

function capabilities(pod: Pod, minor: number): Violation | undefined {
  if (isForWindows(pod, minor)) return undefined;
  const keeping = containersThat(
    pod,
    ({ securityContext }) => securityContext?.capabilities?.drop?.includes('ALL') !== true,
  );
  const added = allContainers(pod).flatMap(({ name, securityContext }) =>
    (securityContext?.capabilities?.add ?? [])
      .filter((capability) => capability !== 'NET_BIND_SERVICE')
      .map((capability) => ({ name, capability })),
  );
  const adding = [...new Set(added.map(({ name }) => name))];
  const bad = quoted(sorted(added.map(({ capability }) => capability)));
  const details = [
    ...(keeping.length === 0 ? [] : [`${containers(keeping)} must set securityContext.capabilities.drop=["ALL"]`]),
    ...(adding.length === 0
      ? []
      : [`${containers(adding)} must not include ${bad} in securityContext.capabilities.add`]),
  ];
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') };
}

function volumes({ spec }: Pod): Violation | undefined {
  const sourceOf = (volume: object): string => Object.keys(volume).find((field) => field !== 'name') ?? 'unknown';
  const bad = (spec.volumes ?? []).filter((volume) => !ALLOWED_SOURCES.has(sourceOf(volume)));
  if (bad.length === 0) return undefined;
  const names = bad.map(({ name }) => name);
  const types = sorted(bad.map(sourceOf));
  const what = plural('restricted volume type', 'restricted volume types', types.length);
  return {
    reason: 'restricted volume types',
    detail:
      `${plural('volume', 'volumes', names.length)} ${quoted(names)} ${plural('uses', 'use', names.length)} ` +
      `${what} ${quoted(types)}`,
  };
}

function runAsNonRoot(pod: Pod): Violation | undefined {
  const reason = 'runAsNonRoot != true';
  const ofPod = pod.spec.securityContext?.runAsNonRoot;
  const found = badSetters(
    pod,
    ofPod,
    ({ securityContext }) => securityContext?.runAsNonRoot,
    (value) => !value,
  );
  if (found !== undefined)
    return { reason, detail: `${found.setters} must not set securityContext.runAsNonRoot=false` };
  if (ofPod === true) return undefined;
  const silent = containersThat(pod, ({ securityContext }) => securityContext?.runAsNonRoot === undefined);
  if (silent.length === 0) return undefined;
  return { reason, detail: `pod or ${containers(silent)} must set securityContext.runAsNonRoot=true` };
}

function runAsUser(pod: Pod): Violation | undefined {
  const found = badSetters(
    pod,
    pod.spec.securityContext?.runAsUser,
    ({ securityContext }) => securityContext?.runAsUser,
    (user) => user === 0,
  );
  return found === undefined
    ? undefined
    : { reason: 'runAsUser=0', detail: `${found.setters} must not set runAsUser=0` };
}

function seccompProfile(pod: Pod, minor: number): Violation | undefined {
  if (isForWindows(pod, minor)) return undefined;
  const reason = 'seccompProfile';
  const ofPod = pod.spec.securityContext?.seccompProfile?.type;
  const found = badSetters(
    pod,
    ofPod,
    ({ securityContext }) => securityContext?.seccompProfile?.type,
    (type) => !isSafeSeccomp(type),
  );
  if (found !== undefined) {
    const values = quoted(sorted(found.values));
    return { reason, detail: `${found.setters} must not set securityContext.seccompProfile.type to ${values}` };
  }
  if (ofPod !== undefined) return undefined;
  const silent = containersThat(pod, ({ securityContext }) => securityContext?.seccompProfile === undefined);
  if (silent.length === 0) return undefined;
  const who = `pod or ${containers(silent)}`;
  return {
    reason,
    detail: `${who} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
  };
}

/**
 * What a hardened pod does besides. In the order of names. Source: as for the baseline.
 */
export const restrictedChecks: readonly Check[] = [
  { id: 'allowPrivilegeEscalation', since: 8, run: allowPrivilegeEscalation },
  { id: 'capabilities_restricted', since: 22, replaces: 'capabilities_baseline', run: capabilities },
  { id: 'restrictedVolumes', since: 0, replaces: 'hostPathVolumes', run: volumes },
  { id: 'runAsNonRoot', since: 0, run: runAsNonRoot },
  { id: 'runAsUser', since: 23, run: runAsUser },
  { id: 'seccompProfile_restricted', since: 19, replaces: 'seccompProfile_baseline', run: seccompProfile },
];
