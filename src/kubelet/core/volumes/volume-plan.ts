import type { Pod, Volume, VolumeMount } from '../../../api/schema/pod.js';
import type { SandboxVolume, VolumeRoot } from '../../../runtime/specs.js';
import type { EngineVolume } from '../../../runtime/volumes.js';
import type { ClaimedVolume, ClaimedVolumes } from './claimed-volumes.js';
import { memoryVolumeBytes } from './empty-dir-size.js';

/** A volume of the pod as the sandbox has it, to be prepared and filled there. */
export interface PlannedVolume {
  /** What has to exist on the engine before the sandbox starts; absent for a path of its host. */
  readonly engine?: EngineVolume;
  readonly sandbox: SandboxVolume;
}

export interface VolumePlanInput {
  readonly claimed: ClaimedVolumes;
  /** Of the node: what a volume in memory may take at most. */
  readonly allocatable: Readonly<Record<string, string>>;
}

/** Every user may write into an emptyDir, and read the others as far as the files' modes go. Source: kubelet pkg/volume/emptydir. */
const ROOT_MODE = 0o777;
const SET_GROUP_ID = 0o2000;

/** Volumes that are made of objects: files the agent writes, and containers may only read. */
export const isProjected = ({ configMap, downwardAPI, projected, secret }: Volume): boolean =>
  (configMap ?? downwardAPI ?? projected ?? secret) !== undefined;

/**
 * The pod's volumes that some container mounts; the others are ignored altogether, as in the kubelet. Ephemeral containers
 * come when the sandbox is made already, so they do not count.
 */
export function mountedVolumes(pod: Pod): Volume[] {
  const mounted = new Set(mountsOf(pod).map(({ name }) => name));
  return (pod.spec.volumes ?? []).filter(({ name }) => mounted.has(name));
}

/** Names of those of which some container mounts a part only. */
export const partlyMountedVolumes = (pod: Pod): ReadonlySet<string> =>
  new Set(
    mountsOf(pod).flatMap(({ name, subPath = '', subPathExpr = '' }) => (subPath + subPathExpr === '' ? [] : [name])),
  );

const mountsOf = ({ spec }: Pod): VolumeMount[] =>
  [...(spec.initContainers ?? []), ...spec.containers].flatMap(({ volumeMounts = [] }) => volumeMounts);

/** What has to be there before the pod's sandbox starts. It outlives containers and sandboxes. */
export function podVolumes(pod: Pod, input: VolumePlanInput): PlannedVolume[] {
  const parts = partlyMountedVolumes(pod);
  return mountedVolumes(pod).flatMap((volume) => {
    const claimed = input.claimed.get(volume.name);
    if (claimed !== undefined) return planClaimed(pod, volume, claimed, parts);
    if (volume.hostPath !== undefined) return planHostPath(volume.name, volume.hostPath.path, parts);
    return volume.emptyDir !== undefined || isProjected(volume) ? [planOwn(pod, volume, input)] : [];
  });
}

/** A volume that goes with the pod. */
function planOwn(pod: Pod, volume: Volume, { allocatable }: VolumePlanInput): PlannedVolume {
  const podUid = pod.metadata.uid ?? '';
  const name = engineVolumeName(podUid, volume.name);
  const tmpfsBytes = inMemory(pod, volume, allocatable);
  return {
    engine: { name, podUid, ...(tmpfsBytes === undefined ? {} : { tmpfsBytes }) },
    sandbox: { type: 'volume', volume: name, name: volume.name, root: ownRoot(pod) },
  };
}

/** Secrets and tokens never reach a disk. Source: kubelet, all but configMap are in memory. */
function inMemory(pod: Pod, volume: Volume, allocatable: Readonly<Record<string, string>>): number | undefined {
  const { configMap, emptyDir } = volume;
  if (emptyDir === undefined) return configMap === undefined ? 0 : undefined;
  return emptyDir.medium === 'Memory' ? memoryVolumeBytes(pod, emptyDir, allocatable) : undefined;
}

function ownRoot({ spec }: Pod): VolumeRoot {
  const fsGroup = spec.securityContext?.fsGroup;
  if (fsGroup === undefined) return { keep: false, mode: ROOT_MODE, uid: 0, gid: 0 };
  return { keep: false, mode: ROOT_MODE | SET_GROUP_ID, uid: 0, gid: fsGroup };
}

function planClaimed(pod: Pod, { name }: Volume, claimed: ClaimedVolume, parts: ReadonlySet<string>): PlannedVolume[] {
  if (claimed.type === 'host') return planHostPath(name, claimed.path, parts);
  const { fsGroup, fsGroupChangePolicy } = pod.spec.securityContext ?? {};
  const policy = fsGroupChangePolicy === 'OnRootMismatch' ? 'mismatch' : 'always';
  // What one may only read is not given to anybody.
  const given = fsGroup !== undefined && !claimed.readOnly;
  const root: VolumeRoot = { keep: true, ...(given ? { group: { gid: fsGroup, policy } } : {}) };
  return [
    {
      engine: { name: claimed.volume, claim: claimed.claim },
      sandbox: { type: 'volume', volume: claimed.volume, name, root },
    },
  ];
}

/** The engine binds it for the containers; the sandbox needs it only to find parts in it. */
const planHostPath = (name: string, source: string, parts: ReadonlySet<string>): PlannedVolume[] =>
  parts.has(name) ? [{ sandbox: { type: 'bind', source, name } }] : [];

export const engineVolumeName = (podUid: string, volume: string): string => `kubelette_${volume}_${podUid}`;
