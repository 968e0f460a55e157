import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { useKubectl, type Outcome } from '../../support/kubectl-agent.js';
import { podManifest, UNTIL_TERMINATED } from '../../support/pod-manifest.js';

const cluster = useKubectl('kubectl-nodes', { 'fixed.json': podManifest('fixed') });
const ok = (line: string): Promise<string> => cluster.shell.ok(line);
const run = (line: string): Promise<Outcome> => cluster.shell.run(line);
const words = (text: string): readonly string[] => text.split('\n').map((row) => row.trim().split(/ {2,}/).join(' '));

let node: string;
let fixed: string;
beforeAll(async () => {
  node = cluster.agent.nodeName;
  fixed = `fixed-${node}`;
  await cluster.shell.file(
    'free.json',
    podManifest('free', `i=0; while [ $i -lt 99999 ]; do i=$((i+1)); done; ${UNTIL_TERMINATED}`),
  );
  await ok('kubectl apply -f free.json');
  await ok(`kubectl wait --for=condition=Ready node/${node} pod/free pod/${fixed} --timeout=60s`);
});

describe('the node', () => {
  it('kubectl get nodes, and -o wide', async () => {
    const [header, row] = words(await ok('kubectl get nodes -o wide'));
    expect(header).toBe(
      'NAME STATUS ROLES AGE VERSION INTERNAL-IP EXTERNAL-IP OS-IMAGE KERNEL-VERSION CONTAINER-RUNTIME',
    );
    expect(row).toMatch(
      new RegExp(`^${node} Ready <none> (?:\\d+[ms])+ v1\\.\\S+ \\d+\\.\\d+\\.\\d+\\.\\d+ <none> .* docker://\\d`),
    );
    expect(await ok('kubectl get no --no-headers -o custom-columns=NAME:.metadata.name')).toBe(`${node}\n`);
  });

  it('kubectl describe node tells conditions, capacity and what runs on it', async () => {
    const text = await ok(`kubectl describe node ${node}`);
    expect(text).toMatch(new RegExp(`^Name: +${node}\n`));
    expect(text).toMatch(/\nConditions:\n[^]* {2}Ready +True [^]*KubeletReady/);
    expect(text).toMatch(/\nCapacity:\n {2}cpu: +\d+\n/);
    expect(text).toMatch(/\nSystem Info:\n[^]* {2}Container Runtime Version: +docker:\/\//);
    expect(text).toMatch(/\nNon-terminated Pods: +\(2 in total\)\n/);
    expect(text).toMatch(new RegExp(` default +${fixed} `));
    expect(text).toMatch(/\nEvents:\n[^]*Starting/);
  });

  it('kubectl top pod and top node', async () => {
    const [header, ...pods] = await eventually('usage is known', async () => {
      const { code, stdout } = await run('kubectl top pod');
      return code === 0 && [fixed, 'free'].every((pod) => stdout.includes(`${pod} `)) && words(stdout.trim());
    });
    expect(header).toBe('NAME CPU(cores) MEMORY(bytes)');
    expect(pods).toEqual([
      expect.stringMatching(new RegExp(`^${fixed} \\d+m \\d+Mi$`)),
      expect.stringMatching(/^free \d+m \d+Mi$/),
    ]);
    expect(words(await ok('kubectl top pod free --containers'))[1]).toMatch(/^free app \d+m \d+Mi$/);
    expect(words(await ok('kubectl top node'))[1]).toMatch(new RegExp(`^${node} \\d+m \\d+% \\d+Mi \\d+%$`));
  });

  it('kubectl cordon, drain and uncordon: pods of the API go, those of manifests stay', async () => {
    expect(await ok(`kubectl cordon ${node}`)).toBe(`node/${node} cordoned\n`);
    expect(words(await ok('kubectl get nodes'))[1]).toContain(' Ready,SchedulingDisabled ');
    expect(await ok(`kubectl drain ${node} --force --timeout=60s`)).toContain(`node/${node} drained\n`);
    expect(await ok('kubectl get pods -o name')).toBe(`pod/${fixed}\n`);
    await ok(`kubectl uncordon ${node}`);
    expect(words(await ok('kubectl get nodes'))[1]).toMatch(/ Ready <none> /);
  });
});

describe('a pod of a manifest', () => {
  it('is there under the name of the node, and says where it comes from', async () => {
    const note = String.raw`{.metadata.annotations.kubernetes\.io/config\.source}`;
    expect(await ok(`kubectl get pod ${fixed} -o jsonpath='{.status.phase} ${note}'`)).toBe('Running file');
    expect(await ok(`kubectl exec ${fixed} -- echo hello`)).toBe('hello\n');
  });

  it.each([
    ['kubectl label pod NAME a=b'],
    [`kubectl patch pod NAME -p '{"spec":{"containers":[{"name":"app","image":"kubelette.local/nginx:1"}]}}'`],
    ['kubectl delete pod NAME'],
  ])('cannot be changed: %s', async (line) => {
    const { code, stderr } = await run(line.replace('NAME', fixed));
    expect(code).toBe(1);
    expect(stderr).toMatch(/\(Forbidden\).* is forbidden: it is a static pod; change or remove .*fixed\.json instead/);
  });
});
