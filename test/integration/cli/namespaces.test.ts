import { expect, it } from '@jest/globals';
import { runCli } from '../../support/cli.js';
import { useNode } from '../../support/node.js';

const kubelette = useNode();

interface Report {
  readonly containers: readonly {
    readonly name: string;
    readonly namespaces: Readonly<Record<string, { readonly inode: string; readonly shared?: boolean }>>;
  }[];
  readonly verdicts: Readonly<Record<string, string>>;
}

it('shows that containers of a pod share net and ipc, and have pid and mnt of their own', async () => {
  const pod = await kubelette.node.apply('manifests/two-containers.yaml');
  await pod.ready();
  const node = ['--node-name', kubelette.node.nodeName];

  const json = await runCli(['namespaces', 'two-containers', ...node, '-o', 'json']);
  expect(json.exitCode).toBe(0);
  const report = JSON.parse(json.stdout) as Report;
  expect(report.containers.map(({ name }) => name)).toEqual(['POD', 'client', 'server']);
  expect(report.verdicts).toMatchObject({ net: 'shared', ipc: 'shared', pid: 'private', mnt: 'private' });

  // The kernel says the same inside the container.
  for (const kind of ['net', 'ipc', 'pid', 'mnt']) {
    const { stdout } = await pod.exec(['readlink', `/proc/self/ns/${kind}`], { container: 'server' });
    const server = report.containers.find(({ name }) => name === 'server');
    expect(stdout.trim()).toBe(`${kind}:[${server?.namespaces[kind]?.inode ?? ''}]`);
  }

  const table = await runCli(['namespaces', 'pod/two-containers', ...node]);
  expect(table.stdout).toMatch(/^CONTAINER +PID +NET +IPC +UTS +PID-NS +MNT +USER +CGROUP\nPOD +\d+ +\d+/);
  expect(table.stdout).toContain('The 2 containers of pod default/two-containers share net, ipc');
});

it('shows one pid namespace where the pod shares it', async () => {
  const pod = await kubelette.node.apply('manifests/shared-pid.yaml');
  await pod.ready();
  const { stdout } = await runCli(['namespaces', 'shared-pid', '--node-name', kubelette.node.nodeName, '-o', 'json']);
  expect((JSON.parse(stdout) as Report).verdicts).toMatchObject({ pid: 'shared', mnt: 'private' });
});

it('fails for a pod that no node has', async () => {
  const { exitCode, stderr } = await runCli(['namespaces', 'no-such-pod']);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^error: pods "no-such-pod" not found/);
});
