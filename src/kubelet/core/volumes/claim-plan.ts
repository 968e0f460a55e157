import type { PersistentVolume, PersistentVolumeClaim } from '../../../api/schema/claim.js';
import { compareQuantities } from '../../../api/quantity.js';
import type { Pod } from '../../../api/schema/pod.js';
import { bestVolume, isReservedFor, requestOf } from './claim-matching.js';
import {
  boundClaim,
  CLAIM_PROTECTION,
  engineVolumeOf,
  ephemeralClaim,
  identityOf,
  isProtected,
  newVolume,
  withFinalizer,
  withoutFinalizer,
} from './claim-objects.js';
import type { ClaimStep } from './claim-step.js';
import { claimNameOf } from './claimed-volumes.js';
import { planVolume } from './persistent-volume-plan.js';

export interface ClaimPlanInput {
  readonly claims: readonly PersistentVolumeClaim[];
  readonly volumes: readonly PersistentVolume[];
  readonly pods: readonly Pod[];
}

/**
 * The next step for every claim and every volume that needs one. A claim is bound at once, to a volume somebody has made
 * that fits, or to a new one on the engine: there is one node, so there is nobody to wait for.
 * Source: kubernetes pkg/controller/volume/{persistentvolume,pvcprotection,pvprotection,ephemeral}
 */
export function planClaims(input: ClaimPlanInput): ClaimStep[] {
  const uids = new Set(input.pods.map(({ metadata }) => metadata.uid));
  const taken = new Set<PersistentVolume>();
  const claims = input.claims.flatMap((claim) => {
    const step = planClaim(claim, input, uids, taken);
    return step === undefined ? [] : [step];
  });
  const volumes = input.volumes.flatMap((volume) => planVolume(volume, input.claims) ?? []);
  return [...input.pods.flatMap((pod) => missingClaims(pod, input.claims)), ...claims, ...volumes];
}

/** A pod's ephemeral volumes get claims as soon as it is there. */
function missingClaims(pod: Pod, claims: readonly PersistentVolumeClaim[]): ClaimStep[] {
  if (pod.metadata.deletionTimestamp !== undefined || isFinished(pod)) return [];
  return (pod.spec.volumes ?? []).flatMap((volume): ClaimStep[] => {
    const name = claimNameOf(pod, volume) ?? '';
    const object = ephemeralClaim(pod, volume, name);
    const isThere = claims.some(
      ({ metadata }) => metadata.name === name && metadata.namespace === (pod.metadata.namespace ?? 'default'),
    );
    return object === undefined || isThere ? [] : [{ kind: 'create', object }];
  });
}

function planClaim(
  claim: PersistentVolumeClaim,
  { pods, volumes }: ClaimPlanInput,
  podUids: ReadonlySet<string | undefined>,
  taken: Set<PersistentVolume>,
): ClaimStep | undefined {
  const { metadata } = claim;
  if (metadata.deletionTimestamp !== undefined) {
    const waits = !isProtected(claim, CLAIM_PROTECTION) || pods.some((pod) => uses(pod, claim));
    return waits ? undefined : { kind: 'finish', object: withoutFinalizer(claim, CLAIM_PROTECTION) };
  }
  const owners = (metadata.ownerReferences ?? []).filter(({ kind }) => kind === 'Pod');
  if (owners.length > 0 && owners.every(({ uid }) => !podUids.has(uid))) return { kind: 'delete', object: claim };
  if (!isProtected(claim, CLAIM_PROTECTION)) {
    return { kind: 'update', object: withFinalizer(claim, CLAIM_PROTECTION) };
  }
  return claim.status?.phase === 'Bound' ? planBound(claim, volumes) : planUnbound(claim, volumes, taken);
}

/** Nothing limits a volume of the engine, so that a claim that grows has what it asks for. */
function planBound(claim: PersistentVolumeClaim, volumes: readonly PersistentVolume[]): ClaimStep | undefined {
  const volume = volumes.find(({ metadata }) => metadata.name === claim.spec.volumeName);
  if (volume === undefined) {
    return { kind: 'update', object: { ...claim, status: { ...claim.status, phase: 'Lost' } } };
  }
  const wanted = requestOf(claim);
  const grows = (capacity: string | undefined): boolean => compareQuantities(wanted, capacity ?? '0') > 0;
  if (engineVolumeOf(volume) === undefined) return undefined;
  if (grows(volume.spec.capacity?.['storage'])) {
    const capacity = { ...volume.spec.capacity, storage: wanted };
    return { kind: 'update', object: { ...volume, spec: { ...volume.spec, capacity } } };
  }
  if (grows(claim.status?.capacity?.['storage'])) return { kind: 'update', object: boundClaim(claim, volume) };
  return undefined;
}

function planUnbound(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  taken: Set<PersistentVolume>,
): ClaimStep | undefined {
  if (claim.status?.phase === 'Lost') return undefined;
  const reserved = volumes.find((volume) => isReservedFor(volume, claim));
  if (reserved !== undefined) return bind(claim, reserved);
  const free = bestVolume(
    claim,
    volumes.filter((volume) => !taken.has(volume)),
  );
  if (free !== undefined) {
    taken.add(free);
    return { kind: 'update', object: reserve(free, claim) };
  }
  // Somebody has said which volume, or that none is to be made: it may come.
  if ((claim.spec.volumeName ?? '') !== '' || claim.spec.storageClassName === '') return undefined;
  const problem = unprovisionable(claim);
  if (problem !== undefined) return { kind: 'tell', claim, reason: 'ProvisioningFailed', message: problem };
  return { kind: 'create', object: newVolume(claim) };
}

/** First the volume knows its claim, then it is there, then the claim knows it. */
function bind(claim: PersistentVolumeClaim, volume: PersistentVolume): ClaimStep {
  if (volume.spec.claimRef?.uid === undefined) return { kind: 'update', object: reserve(volume, claim) };
  if (volume.status?.phase === 'Bound') return { kind: 'update', object: boundClaim(claim, volume) };
  const bound = { ...volume, status: { ...volume.status, phase: 'Bound' } };
  const name = engineVolumeOf(volume);
  if (name === undefined) return { kind: 'update', object: bound };
  return { kind: 'provision', name, claim, identity: identityOf(claim), volume: bound };
}

function reserve(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume {
  const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', ...identityOf(claim) };
  return { ...volume, spec: { ...volume.spec, claimRef } };
}

function unprovisionable({ spec }: PersistentVolumeClaim): string | undefined {
  const failed = 'failed to provision volume';
  if (spec.volumeMode === 'Block') return `${failed}: block devices cannot be made here`;
  if (spec.selector !== undefined) return `${failed}: claim Selector is not supported`;
  if (spec.dataSource !== undefined || spec.dataSourceRef !== undefined) {
    return `${failed}: a volume cannot be made from a data source here`;
  }
  return undefined;
}

const isFinished = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

/** Does the pod still need the claim? One that has ended does not. */
const uses = (pod: Pod, { metadata }: PersistentVolumeClaim): boolean =>
  (pod.metadata.namespace ?? 'default') === metadata.namespace &&
  !isFinished(pod) &&
  (pod.spec.volumes ?? []).some((volume) => claimNameOf(pod, volume) === metadata.name);
