import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildCommandLine, type AgentProcess, type BuiltCommandLine } from '../../support/served-agent-process.js';
import { openDockerWorld, type DockerWorld } from '../../support/docker-world.js';
import { KubectlShell } from '../../support/kubectl-agent.js';
import { listOf, podManifest } from '../../support/pod-manifest.js';

let commandLine: BuiltCommandLine;
let agent: AgentProcess | undefined;
let directory: string;
let shell: KubectlShell;
let world: DockerWorld | undefined;
let nodeName: string;

const start = async (): Promise<void> => {
  agent = await commandLine.startAgent(join(directory, 'data'), nodeName, 0);
};

beforeAll(async () => {
  world = await openDockerWorld(`kubectl-restart-${randomUUID().slice(0, 4)}`);
  ({ nodeName } = world);
  directory = await mkdtemp(join(tmpdir(), 'kubelette-restart-'));
  shell = new KubectlShell(directory, join(directory, 'data', 'kubeconfig'));
  commandLine = await buildCommandLine('restart');
  await start();
});
afterAll(async () => {
  shell.close();
  await agent?.kill();
  await world?.close();
  await commandLine.remove();
  await rm(directory, { recursive: true, force: true });
});

describe('an agent that is killed with -9', () => {
  it('right after kubectl apply has answered knows the pod when it is back, and runs it', async () => {
    await shell.file('web.json', podManifest('web'));
    expect(await shell.ok('kubectl apply -f web.json')).toBe('pod/web created\n');
    await agent?.kill();
    await start();
    expect(await shell.ok('kubectl wait --for=condition=Ready pod/web --timeout=60s')).toBe('pod/web condition met\n');
    expect(await shell.ok('kubectl apply -f web.json')).toBe('pod/web unchanged\n');
  });

  it('takes over the containers that run, with their logs', async () => {
    const id = `kubectl get pod web -o jsonpath='{.metadata.uid} {.status.containerStatuses[0].containerID}'`;
    const before = await shell.ok(id);
    await agent?.kill();
    await start();
    await shell.ok('kubectl wait --for=condition=Ready pod/web --timeout=60s');
    expect(await shell.ok(id)).toBe(before);
    expect(await shell.ok('kubectl exec web -- hostname')).toBe('web\n');
    expect(await shell.ok(`kubectl get pod web -o jsonpath={..restartCount}`)).toBe('0');
  });

  it('right after kubectl delete --wait=false has answered completes the deletion', async () => {
    await shell.ok('kubectl delete pod web --wait=false');
    await agent?.kill();
    await start();
    await shell.ok('kubectl wait --for=delete pod/web --timeout=60s');
    expect(await shell.ok('kubectl get pods -o name')).toBe('');
  });

  it('in the middle of many writes has forgotten none that was answered', async () => {
    const many = 20;
    const configMaps = Array.from({ length: many }, (_, index) => ({
      ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `n-${index}` }, data: { index: String(index) } },
    }));
    await shell.file('many.json', listOf(...configMaps));
    const creating = shell.start('kubectl create -f many.json');
    while (!creating.output().includes('n-5 created')) await new Promise((resolve) => setImmediate(resolve));
    await agent?.kill();
    const { stdout } = await creating.ended;
    await start();
    const answered = [...stdout.matchAll(/^(configmap\/n-\d+) created$/gm)].map(([, name]) => name);
    expect(answered.length).toBeGreaterThan(5);
    expect((await shell.ok('kubectl get cm -o name')).split('\n')).toEqual(expect.arrayContaining(answered));
  });
});
