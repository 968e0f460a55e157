import { describe, expect, it } from '@jest/globals';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../../../src/api/schema/claim.js';
import type { Pod, Volume } from '../../../../../src/api/schema/pod.js';
import {
  claimedVolume,
  claimNameOf,
  type ClaimedVolume,
} from '../../../../../src/kubelet/core/volumes/claimed-volumes.js';
import { aPod } from '../../../../support/builders.js';

const claim = (changes: Partial<PersistentVolumeClaim['metadata']> = {}, phase = 'Bound'): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace: 'default', uid: 'claim-1', ...changes },
  spec: { volumeName: 'pvc-claim-1' },
  status: { phase },
});
const volume = (spec: Partial<PersistentVolume['spec']>): PersistentVolume => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'pvc-claim-1' },
  spec,
});
const ENGINE = volume({ csi: { driver: 'volumes.kubelette.dev', volumeHandle: 'kubelette_pvc-claim-1' } });
const MOUNT: Volume = { name: 'v', persistentVolumeClaim: { claimName: 'data' } };
const OWN: Volume = { name: 'v', ephemeral: { volumeClaimTemplate: { spec: {} } } };
const POD = aPod({}, { metadata: { creationTimestamp: '2026-01-01T00:00:00Z' } });

const look = (
  { bound, found }: { found?: PersistentVolumeClaim; bound?: PersistentVolume },
  mount = MOUNT,
  pod: Pod = POD,
): ClaimedVolume | undefined => claimedVolume(pod, mount, { claim: () => found, volume: () => bound });

describe('the claim of a volume', () => {
  it('is named by it, or for pod and volume', () => {
    expect(claimNameOf(POD, MOUNT)).toBe('data');
    expect(claimNameOf(POD, OWN)).toBe('web-v');
    expect(claimNameOf(POD, { name: 'v', emptyDir: {} })).toBeUndefined();
  });

  it('gives a volume of the engine', () => {
    expect(look({ found: claim(), bound: ENGINE })).toEqual({
      type: 'engine',
      volume: 'kubelette_pvc-claim-1',
      claim: { uid: 'claim-1', namespace: 'default', name: 'data' },
      readOnly: false,
    });
    const readOnly = { name: 'v', persistentVolumeClaim: { claimName: 'data', readOnly: true } };
    expect(look({ found: claim(), bound: ENGINE }, readOnly)).toMatchObject({ readOnly: true });
  });

  it('gives a path of the host', () => {
    const bound = volume({ hostPath: { path: '/srv', type: 'File' } });
    expect(look({ found: claim(), bound })).toMatchObject({ type: 'host', path: '/srv', pathType: 'File' });
    const local = volume({ local: { path: '/mnt' } });
    expect(look({ found: claim(), bound: local })).toMatchObject({ path: '/mnt', pathType: 'Directory' });
  });

  it('is the pod’s own for an ephemeral volume', () => {
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Pod', name: 'web', uid: 'uid-1' }];
    expect(look({ found: claim({ name: 'web-v', ownerReferences }), bound: ENGINE }, OWN)).toMatchObject({
      type: 'engine',
    });
    expect(() => look({ found: claim({ name: 'web-v' }), bound: ENGINE }, OWN)).toThrow(
      'PVC default/web-v was not created for pod default/web (pod is not owner)',
    );
  });

  it.each<[string, Parameters<typeof look>[0], string]>([
    ['missing', {}, 'failed to fetch PVC from API server: persistentvolumeclaims "data" not found'],
    ['not bound', { found: claim({}, 'Pending') }, 'PVC is not bound'],
    ['bound to what is gone', { found: claim() }, 'PVC is not bound'],
    [
      'going away',
      { found: claim({ deletionTimestamp: '2025-12-31T23:59:59Z' }), bound: ENGINE },
      'PVC is being deleted',
    ],
    [
      'bound to what cannot be mounted',
      { found: claim(), bound: volume({ nfs: { server: 's', path: '/' } }) },
      'volume pvc-claim-1 is of a kind that cannot be mounted here',
    ],
  ])('is refused when it is %s', (_what, objects, why) => {
    expect(() => look(objects)).toThrow(
      expect.objectContaining({ code: 'Invalid', message: `error processing PVC default/data: ${why}` }),
    );
  });

  it('goes on serving a pod that was there before it was to go', () => {
    expect(look({ found: claim({ deletionTimestamp: '2026-01-02T00:00:00Z' }), bound: ENGINE })).toBeDefined();
  });
});
