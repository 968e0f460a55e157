import { describe, expect, it } from '@jest/globals';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../../../src/api/schema/claim.js';
import type { Pod, Volume } from '../../../../../src/api/schema/pod.js';
import { planClaims, type ClaimPlanInput } from '../../../../../src/kubelet/core/volumes/claim-plan.js';
import type { ClaimStep } from '../../../../../src/kubelet/core/volumes/claim-step.js';
import { aPod } from '../../../../support/builders.js';

const DELETED = '2026-01-01T00:00:00Z';

function aClaim(
  spec: Partial<PersistentVolumeClaim['spec']> = {},
  metadata: Partial<PersistentVolumeClaim['metadata']> = {},
  phase = 'Pending',
): PersistentVolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: 'data',
      namespace: 'default',
      uid: 'c1',
      finalizers: ['kubernetes.io/pvc-protection'],
      ...metadata,
    },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
    status: { phase },
  };
}

const aVolume = (
  name: string,
  spec: Partial<PersistentVolume['spec']> = {},
  more: { phase?: string; metadata?: Partial<PersistentVolume['metadata']> } = {},
): PersistentVolume => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name, finalizers: ['kubernetes.io/pv-protection'], ...more.metadata },
  spec: {
    capacity: { storage: '5Gi' },
    accessModes: ['ReadWriteOnce'],
    hostPath: { path: '/srv' },
    persistentVolumeReclaimPolicy: 'Retain',
    ...spec,
  },
  status: { phase: more.phase ?? 'Available' },
});

const using = (volume: Omit<Volume, 'name'>, phase = 'Running'): Pod =>
  aPod({ volumes: [{ name: 'v', ...volume }] }, { status: { phase: phase as 'Running' } });
const CLAIMING = { persistentVolumeClaim: { claimName: 'data' } };

const plan = (input: Partial<ClaimPlanInput>): ClaimStep[] =>
  planClaims({ claims: [], volumes: [], pods: [], ...input });

/** A world in which every step is taken, until there is none. */
function settle(input: Partial<ClaimPlanInput>): { world: ClaimPlanInput; did: string[] } {
  let world: ClaimPlanInput = { claims: [], volumes: [], pods: [], ...input };
  const did: string[] = [];
  let serial = 0;
  for (let round = 0; round < 20; round += 1) {
    const steps = planClaims(world).filter(({ kind }) => kind !== 'tell');
    if (steps.length === 0) return { world, did };
    for (const step of steps) {
      did.push(step.kind);
      serial += 1;
      world = take(world, step, `made-${serial}`);
    }
  }
  throw new Error(`never settles: ${did.join(' ')}`);
}

function take(world: ClaimPlanInput, step: ClaimStep, uid: string): ClaimPlanInput {
  if (step.kind === 'tell') return world;
  const object = step.kind === 'provision' || step.kind === 'reclaim' ? step.volume : { ...step.object };
  const list = object.kind === 'PersistentVolume' ? 'volumes' : 'claims';
  const others = (world[list] as readonly PersistentVolume[]).filter(
    ({ metadata }) => metadata.name !== object.metadata.name,
  );
  const gone = step.kind === 'reclaim' || (step.kind === 'finish' && (object.metadata.finalizers ?? []).length === 0);
  const marked = step.kind === 'delete' ? { deletionTimestamp: DELETED } : {};
  const next = { ...object, metadata: { uid, ...object.metadata, ...marked } };
  return { ...world, [list]: gone ? others : [...others, next] };
}

describe('a claim', () => {
  it('is bound at once to a new volume on the engine', () => {
    const { did, world } = settle({ claims: [aClaim({ storageClassName: 'standard' })] });
    expect(did).toEqual(['create', 'provision', 'update']);
    expect(world.volumes[0]).toMatchObject({
      metadata: { name: 'pvc-c1' },
      spec: {
        capacity: { storage: '1Gi' },
        persistentVolumeReclaimPolicy: 'Delete',
        storageClassName: 'standard',
        csi: { volumeHandle: 'kubelette_pvc-c1' },
        claimRef: { kind: 'PersistentVolumeClaim', namespace: 'default', name: 'data', uid: 'c1' },
      },
      status: { phase: 'Bound' },
    });
    expect(world.claims[0]).toMatchObject({
      spec: { volumeName: 'pvc-c1' },
      status: { phase: 'Bound', capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'] },
    });
  });

  it('takes the smallest volume that fits, once', () => {
    const volumes = [
      aVolume('large', { capacity: { storage: '9Gi' } }),
      aVolume('fits'),
      aVolume('small', { capacity: { storage: '1Mi' } }),
    ];
    const claims = [aClaim({}, {}), aClaim({}, { name: 'other', uid: 'c2' })];
    const { world } = settle({ claims, volumes });
    expect(world.claims.map(({ metadata, spec }) => [metadata.name, spec.volumeName])).toEqual([
      ['data', 'fits'],
      ['other', 'large'],
    ]);
    expect(world.volumes.find(({ metadata }) => metadata.name === 'small')?.status?.phase).toBe('Available');
  });

  it.each<[string, Partial<PersistentVolume['spec']>, Partial<PersistentVolumeClaim['spec']>]>([
    ['of another class', { storageClassName: 'fast' }, {}],
    ['without an access mode', {}, { accessModes: ['ReadWriteMany'] }],
    ['that is another’s', { claimRef: { namespace: 'default', name: 'other' } }, {}],
    ['that has not its name', {}, { volumeName: 'other' }],
    ['of another mode', { volumeMode: 'Block' }, {}],
    ['not selected', {}, { selector: { matchLabels: { tier: 'gold' } } }],
  ])('does not take a volume %s', (_what, volume, claim) => {
    const { world } = settle({ claims: [aClaim({ storageClassName: '', ...claim })], volumes: [aVolume('v', volume)] });
    expect(world.claims[0]?.status?.phase).toBe('Pending');
  });

  it.each([
    [{ matchLabels: { tier: 'gold' } }, true],
    [{ matchExpressions: [{ key: 'tier', operator: 'In', values: ['gold', 'x'] }] }, true],
    [{ matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['gold'] }] }, false],
    [{ matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, true],
    [{ matchExpressions: [{ key: 'none', operator: 'DoesNotExist' }] }, true],
    [{ matchExpressions: [{ key: 'tier', operator: 'Odd' }] }, false],
  ])('chooses by labels %j: %s', (selector, chosen) => {
    const volumes = [aVolume('v', {}, { metadata: { labels: { tier: 'gold' } } })];
    const { world } = settle({ claims: [aClaim({ selector })], volumes });
    expect(world.claims[0]?.status?.phase === 'Bound').toBe(chosen);
  });

  it('takes the volume somebody has reserved for it', () => {
    const volumes = [aVolume('a'), aVolume('mine', { claimRef: { namespace: 'default', name: 'data' } })];
    expect(settle({ claims: [aClaim()], volumes }).world.claims[0]?.spec.volumeName).toBe('mine');
  });

  it.each<[string, Partial<PersistentVolumeClaim['spec']>, string]>([
    ['a block device', { volumeMode: 'Block' }, 'block devices cannot be made here'],
    ['a choice by labels', { selector: {} }, 'claim Selector is not supported'],
    [
      'a copy',
      { dataSource: { kind: 'VolumeSnapshot', name: 's' } },
      'a volume cannot be made from a data source here',
    ],
  ])('that asks for %s is told why there is none', (_what, spec, why) => {
    expect(plan({ claims: [aClaim(spec)] })).toMatchObject([
      { kind: 'tell', reason: 'ProvisioningFailed', message: `failed to provision volume: ${why}` },
    ]);
  });

  it('that grows has what it asks for', () => {
    const { world } = settle({ claims: [aClaim()] });
    const grown = world.claims.map((claim) => ({
      ...claim,
      spec: { ...claim.spec, resources: { requests: { storage: '3Gi' } } },
    }));
    const after = settle({ ...world, claims: grown }).world;
    expect(after.volumes[0]?.spec.capacity).toEqual({ storage: '3Gi' });
    expect(after.claims[0]?.status?.capacity).toEqual({ storage: '3Gi' });
  });

  it('whose volume is gone is lost', () => {
    const { world } = settle({ claims: [aClaim({ volumeName: 'gone' }, {}, 'Bound')] });
    expect(world.claims[0]?.status?.phase).toBe('Lost');
  });

  it('is protected from the start', () => {
    expect(plan({ claims: [aClaim({}, { finalizers: [] })] })).toMatchObject([
      { kind: 'update', object: { metadata: { finalizers: ['kubernetes.io/pvc-protection'] } } },
    ]);
  });
});

describe('a deleted claim', () => {
  const deleted = (world: ClaimPlanInput): PersistentVolumeClaim[] =>
    world.claims.map((claim) => ({ ...claim, metadata: { ...claim.metadata, deletionTimestamp: DELETED } }));

  it('stays while a pod uses it, then goes with its volume', () => {
    const { world } = settle({ claims: [aClaim()] });
    expect(plan({ ...world, claims: deleted(world), pods: [using(CLAIMING)] })).toEqual([]);
    const after = settle({ ...world, claims: deleted(world), pods: [using(CLAIMING, 'Succeeded')] });
    expect(after.did).toEqual(['finish', 'reclaim']);
    expect(after.world).toMatchObject({ claims: [], volumes: [] });
  });

  it('leaves a volume that is to be kept', () => {
    const { world } = settle({ claims: [aClaim()], volumes: [aVolume('v')] });
    const after = settle({ ...world, claims: deleted(world) }).world;
    expect(after.claims).toEqual([]);
    expect(after.volumes[0]?.status?.phase).toBe('Released');
  });

  it('does not take a path of the host with it, whatever the policy says', () => {
    const { world } = settle({
      claims: [aClaim()],
      volumes: [aVolume('v', { persistentVolumeReclaimPolicy: 'Delete' })],
    });
    expect(settle({ ...world, claims: deleted(world) }).world.volumes[0]?.status?.phase).toBe('Released');
  });

  it('waits for the finalizers of others', () => {
    const finalizers = ['kubernetes.io/pvc-protection', 'example.org/mine'];
    const claims = [aClaim({}, { finalizers, deletionTimestamp: DELETED })];
    expect(settle({ claims }).world.claims[0]?.metadata.finalizers).toEqual(['example.org/mine']);
  });
});

describe('a deleted volume', () => {
  const going = { metadata: { deletionTimestamp: DELETED } };

  it('stays while it is bound', () => {
    const claimRef = { namespace: 'default', name: 'data', uid: 'c1' };
    const bound = aVolume('v', { claimRef }, { ...going, phase: 'Bound' });
    expect(plan({ claims: [aClaim({ volumeName: 'v' }, {}, 'Bound')], volumes: [bound] })).toEqual([]);
    expect(settle({ volumes: [bound] }).world.volumes).toEqual([]);
  });

  it('is not taken by a claim', () => {
    const { world } = settle({ claims: [aClaim({ storageClassName: '' })], volumes: [aVolume('v', {}, going)] });
    expect(world).toMatchObject({ volumes: [], claims: [{ status: { phase: 'Pending' } }] });
  });
});

describe('an ephemeral volume', () => {
  const OWN = {
    ephemeral: {
      volumeClaimTemplate: {
        metadata: { labels: { a: 'b' } },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
    },
  };

  it('gets a claim that belongs to its pod, and goes with it', () => {
    const { world } = settle({ pods: [using(OWN)] });
    expect(world.claims[0]).toMatchObject({
      metadata: { name: 'web-v', labels: { a: 'b' }, ownerReferences: [{ kind: 'Pod', name: 'web', uid: 'uid-1' }] },
      status: { phase: 'Bound' },
    });
    const after = settle({ ...world, pods: [] });
    expect(after.did).toEqual(['delete', 'finish', 'reclaim']);
    expect(after.world).toMatchObject({ claims: [], volumes: [] });
  });

  it('gets none for a pod that has ended or is to go', () => {
    expect(plan({ pods: [using(OWN, 'Failed')] })).toEqual([]);
    const pod = using(OWN);
    expect(plan({ pods: [{ ...pod, metadata: { ...pod.metadata, deletionTimestamp: DELETED } }] })).toEqual([]);
  });

  it('does not take a claim of that name that is there', () => {
    expect(settle({ pods: [using(OWN)], claims: [aClaim({}, { name: 'web-v' })] }).did).not.toContain('delete');
  });
});
