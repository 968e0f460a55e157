import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../src/api/schema/pod.js';
import { useKubectl, type Outcome } from '../../support/kubectl-agent.js';
import { listOf, podManifest } from '../../support/pod-manifest.js';
import { trapsAreSet } from '../../support/trapped-signals.js';

const cluster = useKubectl('kubectl-delete');
const ok = (line: string): Promise<string> => cluster.shell.ok(line);
const run = (line: string): Promise<Outcome> => cluster.shell.run(line);

/** A shell that is asked to end before it has set its trap does not hear it. */
const SHORT_GRACE = { terminationGracePeriodSeconds: 1 };
/** Ignores the polite request. */
const STUBBORN = 'trap "" TERM; while :; do sleep 1; done';

async function makePods(file: string, ...names: readonly string[]): Promise<void> {
  await cluster.shell.file(
    file,
    listOf(...names.map((name) => podManifest(name, undefined, { labels: { set: file }, spec: SHORT_GRACE }))),
  );
  await ok(`kubectl apply -f ${file}`);
}

async function makeStubborn(name: string, graceSeconds: number): Promise<void> {
  const spec = { terminationGracePeriodSeconds: graceSeconds };
  await cluster.shell.file(`${name}.json`, podManifest(name, STUBBORN, { spec }));
  await ok(`kubectl apply -f ${name}.json`);
  await ok(`kubectl wait --for=condition=Ready pod/${name} --timeout=60s`);
}

const pods = (): Promise<string> => ok('kubectl get pods -o name');

describe('kubectl wait', () => {
  it('--for=condition=Ready, and its time-out', async () => {
    await makePods('waited', 'waited');
    expect(await ok('kubectl wait --for=condition=Ready pod/waited --timeout=60s')).toBe('pod/waited condition met\n');
    expect(await run('kubectl wait --for=condition=Ready=false pod/waited --timeout=5s')).toMatchObject({
      code: 1,
      stderr: 'error: timed out waiting for the condition on pods/waited\n',
    });
  });

  it('--for=jsonpath and -l', async () => {
    expect(await ok(`kubectl wait --for=jsonpath='{.status.phase}'=Running pod -l set=waited --timeout=60s`)).toBe(
      'pod/waited condition met\n',
    );
  });

  it('--for=condition=Ready of a pod whose readiness waits for what somebody else says', async () => {
    const spec = { ...SHORT_GRACE, readinessGates: [{ conditionType: 'example.com/lb' }] };
    await cluster.shell.file('gated.json', podManifest('gated', undefined, { spec }));
    await ok('kubectl apply -f gated.json');
    await ok('kubectl wait --for=condition=ContainersReady pod/gated --timeout=60s');
    expect(await ok('kubectl get pod gated -o wide')).toMatch(/ 0\/1 *$/m);
    const set = { status: { conditions: [{ type: 'example.com/lb', status: 'True' }] } };
    await ok(`kubectl patch pod gated --subresource status -p '${JSON.stringify(set)}'`);
    await ok('kubectl wait --for=condition=Ready pod/gated --timeout=40s');
    expect(await ok('kubectl get pod gated -o wide')).toMatch(/ 1\/1 *$/m);
    await ok('kubectl delete pod gated');
  });

  it('--for=create and --for=delete', async () => {
    const created = cluster.shell.start('kubectl wait --for=create pod/late --timeout=60s');
    await makePods('late', 'late');
    expect(await created.ended).toMatchObject({ code: 0, stdout: 'pod/late condition met\n' });
    const deleted = cluster.shell.start('kubectl wait --for=delete pod/late --timeout=60s');
    await ok('kubectl delete pod late --wait=false');
    expect(await deleted.ended).toMatchObject({ code: 0 });
    expect(await pods()).not.toContain('late');
  });
});

describe('kubectl delete', () => {
  it('by names waits until they are gone', async () => {
    await makePods('named', 'named-1', 'named-2');
    expect(await ok('kubectl delete pod named-1 named-2')).toBe(
      'pod "named-1" deleted from default namespace\npod "named-2" deleted from default namespace\n',
    );
    expect(await pods()).not.toContain('named');
    expect(await run('kubectl delete pod named-1')).toMatchObject({
      code: 1,
      stderr: 'Error from server (NotFound): pods "named-1" not found\n',
    });
    expect(await ok('kubectl delete pod named-1 --ignore-not-found')).toBe('');
  });

  it('-f what a file names, and -l what has a label', async () => {
    await makePods('filed', 'filed');
    expect(await ok('kubectl delete -f filed')).toBe('pod "filed" deleted from default namespace\n');
    await makePods('labelled', 'labelled-1', 'labelled-2');
    expect((await ok('kubectl delete pods -l set=labelled')).split('\n')).toHaveLength(3);
    expect(await pods()).toBe('pod/waited\n');
  });

  it('--wait=false returns while the pod still terminates, for as long as its grace lasts', async () => {
    await makeStubborn('slow', 15);
    expect(await ok('kubectl delete pod slow --wait=false')).toBe('pod "slow" deleted from default namespace\n');
    expect(await ok('kubectl get pod slow --no-headers')).toMatch(/^slow +1\/1 +Terminating /);
    expect(await ok('kubectl get pod slow -o jsonpath={.metadata.deletionGracePeriodSeconds}')).toBe('15');
    await ok('kubectl wait --for=delete pod/slow --timeout=60s');
  });

  it('--grace-period and --now shorten the grace of the pod', async () => {
    await makeStubborn('patient-1', 600);
    await makeStubborn('patient-2', 600);
    await ok('timeout 60 kubectl delete pod patient-1 --grace-period=1');
    await ok('timeout 60 kubectl delete pod patient-2 --now');
    expect(await pods()).not.toContain('patient');
  });

  it('--force --grace-period=0 does not wait for the container', async () => {
    await makeStubborn('forced', 600);
    const { code, stdout, stderr } = await run('timeout 60 kubectl delete pod forced --force --grace-period=0');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'pod "forced" force deleted from default namespace\n' });
    expect(stderr).toContain('Warning: Immediate deletion does not wait');
  });

  it('--dry-run=server deletes nothing, and --all all of the namespace', async () => {
    await makePods('more', 'more-1', 'more-2');
    expect(await ok('kubectl delete pods --all --dry-run=server')).toContain('pod "more-1" deleted');
    expect(await pods()).toContain('pod/more-1');
    await ok('kubectl delete pods --all');
    expect(await pods()).toBe('');
  });

  it('a finalizer keeps an object until it is taken off', async () => {
    await ok('kubectl create configmap kept');
    await ok(`kubectl patch cm kept --type=merge -p '{"metadata":{"finalizers":["example.com/hold"]}}'`);
    await ok('kubectl delete cm kept --wait=false');
    expect(await ok('kubectl get cm kept -o jsonpath={.metadata.deletionTimestamp}')).toMatch(/^\d{4}-/);
    await ok(`kubectl patch cm kept --type=merge -p '{"metadata":{"finalizers":null}}'`);
    expect(await ok('kubectl get cm -o name')).not.toContain('kept');
  });

  it('a finalizer keeps a pod whose containers have ended, until it is taken off', async () => {
    await cluster.shell.file(
      'held.json',
      podManifest('held', undefined, { spec: { terminationGracePeriodSeconds: 60 } }),
    );
    await ok('kubectl apply -f held.json');
    await ok('kubectl wait --for=condition=Ready pod/held --timeout=60s');
    await trapsAreSet(await cluster.shell.json<Pod>('kubectl get pod held -o json'));
    await ok(`kubectl patch pod held --type=merge -p '{"metadata":{"finalizers":["example.com/hold"]}}'`);
    await ok('kubectl delete pod held --wait=false');
    await ok(`kubectl wait --for=jsonpath='{.metadata.deletionGracePeriodSeconds}'=0 pod/held --timeout=60s`);
    const containers = '{.status.phase} {.status.containerStatuses[0].state.terminated.exitCode}';
    expect(await ok(`kubectl get pod held -o jsonpath='${containers}'`)).toBe('Succeeded 0');
    // No force takes it away either.
    await run('kubectl delete pod held --force --grace-period=0 --wait=false');
    expect(await pods()).toBe('pod/held\n');
    await ok(`kubectl patch pod held --type=json -p '[{"op":"remove","path":"/metadata/finalizers"}]'`);
    expect(await pods()).toBe('');
  });

  it.each([
    ['background', false],
    ['foreground', false],
    ['orphan', true],
  ])('--cascade=%s decides about what belongs to the object', async (cascade, stays) => {
    const names = [`owner-${cascade}`, `child-${cascade}`] as const;
    await ok(`kubectl create configmap ${names[0]}`);
    const uid = await ok(`kubectl get cm ${names[0]} -o jsonpath={.metadata.uid}`);
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: names[0], uid, blockOwnerDeletion: true };
    const pod = podManifest(names[1], undefined, { metadata: { ownerReferences: [owner] } });
    await cluster.shell.file('child.json', pod);
    await ok('kubectl apply -f child.json');
    await ok(`kubectl delete cm ${names[0]} --cascade=${cascade} --timeout=60s`);
    expect(await run(`kubectl get cm ${names[0]}`)).toMatchObject({ code: 1 });
    const left = `kubectl get pod ${names[1]} -o jsonpath='{.metadata.ownerReferences}{.metadata.deletionTimestamp}'`;
    if (stays) expect(await ok(left)).toBe('[]');
    else await ok(`kubectl wait --for=delete pod/${names[1]} --timeout=60s`);
    await ok(`kubectl delete pod ${names[1]} --ignore-not-found`);
  });
});
