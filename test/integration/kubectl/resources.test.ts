import { describe, expect, it } from '@jest/globals';
import { useKubectl, type Outcome } from '../../support/kubectl-agent.js';

const cluster = useKubectl('kubectl-resources');
const ok = (line: string, input?: string): Promise<string> => cluster.shell.ok(line, input);
const run = (line: string, input?: string): Promise<Outcome> => cluster.shell.run(line, input);

const pod = (name: string, spec: object, resources: object = {}): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'app', image: 'kubelette.local/busybox:1', command: ['sleep', '1000'], resources }],
      ...spec,
    },
  });
const patch = (limits: object): string =>
  `--patch '${JSON.stringify({ spec: { containers: [{ name: 'app', resources: { limits } }] } })}'`;

describe('kubectl', () => {
  it('patch --subresource resize changes limits in place, or says why not', async () => {
    const resources = { requests: { cpu: '250m', memory: '16Mi' }, limits: { cpu: '300m', memory: '32Mi' } };
    await ok('kubectl apply -f -', pod('sized', {}, resources));
    await ok('kubectl wait --for=condition=Ready pod/sized --timeout=60s');
    await ok(`kubectl patch pod sized --subresource resize ${patch({ cpu: '500m' })}`);
    const limit = '{.status.containerStatuses[0].resources.limits.cpu}';
    await ok(`kubectl wait pod/sized --for=jsonpath='${limit}'=500m --timeout=60s`);
    const refused = await run(`kubectl patch pod sized --subresource resize ${patch({ cpu: null })}`);
    expect(refused.stderr).toContain(
      'spec.containers[0].resources.limits: Forbidden: resource limits cannot be removed',
    );
  });

  it('describe node adds up what pods ask for', async () => {
    const node = (await ok('kubectl get nodes -o name')).trim();
    const text = await ok(`kubectl describe ${node}`);
    expect(text).toMatch(/default\s+sized\s+250m \(\d+%\)\s+500m \(\d+%\)\s+16Mi \(\d+%\)\s+32Mi \(\d+%\)/);
    expect(text).toMatch(/\n {2}cpu\s+250m \(\d+%\)\s+500m \(\d+%\)\n/);
    expect(text).toMatch(/Allocatable:\n {2}cpu:\s+\d+\n/);
  });

  it('get pod says Pending of one that does not fit, and describe says why', async () => {
    await ok('kubectl apply -f -', pod('large', {}, { requests: { cpu: '10000' } }));
    await ok("kubectl wait pod/large --for=jsonpath='{.status.conditions[0].reason}'=Unschedulable --timeout=60s");
    expect(await ok('kubectl get pod large --no-headers')).toMatch(/^large\s+0\/1\s+Pending\s+0\s/);
    expect(await ok('kubectl describe pod large')).toMatch(
      /Warning\s+FailedScheduling\s+.*0\/1 nodes are available: 1 Insufficient cpu\./,
    );
  });

  it('is refused what the level of a namespace forbids, and warned', async () => {
    await ok('kubectl create namespace shop');
    await ok('kubectl label namespace shop pod-security.kubernetes.io/enforce=baseline');
    const refused = await run('kubectl -n shop apply -f -', pod('web', { hostNetwork: true }));
    expect(refused.stderr).toContain(
      'pods "web" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)',
    );
    await ok('kubectl label namespace shop pod-security.kubernetes.io/warn=restricted');
    const warned = await run('kubectl -n shop apply --dry-run=server -f -', pod('web', {}));
    expect(warned.stderr).toContain('Warning: would violate PodSecurity "restricted:latest": allowPrivilegeEscalation');
  });
});
