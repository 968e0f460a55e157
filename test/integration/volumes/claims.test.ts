import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../src/api/schema/claim.js';
import { toRfc3339 } from '../../../src/lib/time.js';
import { app, SERVES, TestNode } from '../../support/agent.js';
import { eventually } from '../../support/eventually.js';

let node: TestNode;
beforeAll(async () => {
  node = await TestNode.started('claims');
});
afterAll(async () => node.close());

const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
const claim = (name: string): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: 'default' },
  spec,
});
const found = (name: string): PersistentVolumeClaim | undefined =>
  node.agent.store.get<PersistentVolumeClaim>('PersistentVolumeClaim', `default/${name}`);
const engineVolumes = async (): Promise<string[]> =>
  (await node.leftovers()).volumes.map(({ claim: owner, name }) => owner ?? name).sort();

function create(name: string, group: number): void {
  node.create(name, {
    securityContext: { fsGroup: group, fsGroupChangePolicy: 'OnRootMismatch' },
    containers: [
      app(SERVES, {
        securityContext: { runAsUser: 1000 },
        volumeMounts: [
          { name: 'data', mountPath: '/data' },
          { name: 'own', mountPath: '/own' },
          { name: 'data', mountPath: '/part', subPath: 'made/for/me' },
        ],
      }),
    ],
    volumes: [
      { name: 'data', persistentVolumeClaim: { claimName: 'data' } },
      { name: 'own', ephemeral: { volumeClaimTemplate: { spec } } },
    ],
  });
}

/** A minute ago, so that a pod of now comes later, to the second. */
function askForDeletion(name: string): void {
  const object = found(name);
  if (object === undefined) throw new Error(`no claim ${name}`);
  const deletionTimestamp = toRfc3339(Date.now() - 60_000);
  const metadata = { ...object.metadata, deletionTimestamp, deletionGracePeriodSeconds: 0 };
  node.agent.store.update({ ...object, metadata });
}

describe('a claim', () => {
  it('keeps a pod waiting until it is there, and is bound at once', async () => {
    create('first', 3000);
    const told = await eventually('it is told', () =>
      node.events('first').find(({ reason }) => reason === 'FailedMount'),
    );
    expect(told.message).toMatch(
      /^Unable to attach or mount volumes: unmounted volumes=\[data( own)?\], unattached volumes=\[\], failed to process volumes=\[data( own)?\]: error processing PVC default\/data: failed to fetch PVC from API server: persistentvolumeclaims "data" not found/,
    );
    node.agent.store.create(claim('data'));
    await node.ready('first');
    const bound = found('data');
    expect(bound?.status).toMatchObject({ phase: 'Bound', capacity: { storage: '1Gi' } });
    const volume = node.agent.store.get<PersistentVolume>('PersistentVolume', bound?.spec.volumeName ?? '');
    expect(volume).toMatchObject({ status: { phase: 'Bound' }, spec: { claimRef: { name: 'data' } } });
    expect(await engineVolumes()).toEqual(['default/data', 'default/first-own']);
  });

  it('may be written to by the group of the pod', async () => {
    expect(await node.sh('first', "stat -c '%a %u:%g' /data /own; id -u; id -G")).toMatch(
      /^2777 0:3000\n2777 0:3000\n1000\n.*\b3000\b/,
    );
    expect(await node.sh('first', 'echo kept > /data/file; umask 077; echo x > /data/private; touch /own/x')).toBe('');
    expect(await node.sh('first', 'echo part > /part/file; cat /data/made/for/me/file')).toBe('part\n');
  });

  it('outlives pods and agents; what belongs to a pod goes with it', async () => {
    node.agent.deletePod('default', 'first');
    await node.gone('first');
    await eventually('its own volume is gone', async () => (await engineVolumes()).length === 1);
    expect(found('first-own')).toBeUndefined();
    await node.halt();
    await node.start();
    expect(found('data')?.status?.phase).toBe('Bound');
    create('second', 4000);
    await node.ready('second');
    expect(await node.sh('second', "cat /data/file; stat -c '%a %g' /data/file /data/private")).toBe(
      'kept\n664 4000\n660 4000\n',
    );
  });

  it('that is deleted waits for the pod that uses it, and is not given to another', async () => {
    askForDeletion('data');
    create('third', 4000);
    const refused = await eventually('it is told', () =>
      node
        .events('third')
        .find(({ message }) => message?.endsWith('error processing PVC default/data: PVC is being deleted')),
    );
    expect(refused.type).toBe('Warning');
    expect(found('data')).toBeDefined();
    expect(await node.sh('second', 'cat /data/file')).toBe('kept\n');

    for (const name of ['second', 'third']) node.agent.deletePod('default', name);
    await Promise.all(['second', 'third'].map(async (name) => node.gone(name)));
    const left = async (): Promise<unknown[]> => [
      ...(await engineVolumes()),
      ...node.agent.store.list('PersistentVolumeClaim').items,
      ...node.agent.store.list('PersistentVolume').items,
    ];
    await eventually('claims and volumes are gone', async () => (await left()).length === 0);
  });
});
