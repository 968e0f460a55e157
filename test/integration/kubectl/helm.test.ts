import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { useKubectl } from '../../support/kubectl-agent.js';

const cluster = useKubectl('kubectl-helm');
const ok = (line: string): Promise<string> => cluster.shell.ok(line);

const CHART = join(process.cwd(), 'test', 'support', 'chart');

describe('helm', () => {
  it('install makes the pod and the ConfigMap of a chart, and waits for them', async () => {
    expect(await ok(`helm install demo ${CHART} --wait --timeout 120s`)).toMatch(/\nSTATUS: deployed\nREVISION: 1\n/);
    expect(await ok('kubectl get pod demo-pod -o jsonpath={.status.phase}')).toBe('Running');
    expect(await cluster.shell.logged('kubectl logs demo-pod', 'started')).toBe('started\n');
    expect(await ok('kubectl get cm demo-config -o jsonpath={.data.greeting}')).toBe('hello');
    expect(await ok('kubectl get secret -l owner=helm,name=demo -o jsonpath={..type}')).toBe('helm.sh/release.v1');
  });

  it('list and status know the release', async () => {
    expect(await ok('helm list')).toMatch(/^demo\s+default\s+1\s.*\sdeployed\s+demo-0\.1\.0/m);
    expect(await ok('helm status demo')).toContain('STATUS: deployed');
  });

  it('upgrade changes what the values change, and keeps the pod', async () => {
    const uid = await ok('kubectl get pod demo-pod -o jsonpath={.metadata.uid}');
    expect(await ok(`helm upgrade demo ${CHART} --set greeting=goodbye --wait --timeout 120s`)).toContain(
      'REVISION: 2\n',
    );
    expect(await ok('kubectl get cm demo-config -o jsonpath={.data.greeting}')).toBe('goodbye');
    expect(await ok('kubectl get pod demo-pod -o jsonpath="{.metadata.uid} {.metadata.annotations.greeting}"')).toBe(
      `${uid} goodbye`,
    );
  });

  it('rollback goes back', async () => {
    await ok('helm rollback demo 1 --wait --timeout 120s');
    expect(await ok('kubectl get cm demo-config -o jsonpath={.data.greeting}')).toBe('hello');
    expect((await ok('helm history demo')).trim().split('\n')).toHaveLength(4);
  });

  it('uninstall takes everything away', async () => {
    expect(await ok('helm uninstall demo --wait --timeout 120s')).toBe('release "demo" uninstalled\n');
    expect(await ok('kubectl get pod,cm,secret -o name')).toBe('');
  });
});
