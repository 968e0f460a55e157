import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../src/api/schema/pod.js';
import { useKubectl, type Outcome } from '../../support/kubectl-agent.js';

const cluster = useKubectl('kubectl-apply');
const ok = (line: string, input?: string): Promise<string> => cluster.shell.ok(line, input);
const run = (line: string): Promise<Outcome> => cluster.shell.run(line);

const IMAGE = 'kubelette.local/busybox:1';
const settings = (mode: string): string => `apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { mode: ${mode} }
`;
const both = (mode: string): string => `${settings(mode)}---
apiVersion: v1
kind: Pod
metadata: { name: web, labels: { app: web } }
spec:
  terminationGracePeriodSeconds: 0
  containers:
    - name: app
      image: ${IMAGE}
      command: [sleep, '1000']
`;

beforeAll(async () => {
  await cluster.shell.file('both.yaml', both('fast'));
  await cluster.shell.file('slow.yaml', both('slow'));
  await cluster.shell.file('image.yaml', both('slow').replace(IMAGE, 'kubelette.local/nginx:1'));
  await cluster.shell.file('command.yaml', both('slow').replace("'1000'", "'2000'"));
});

describe('kubectl apply', () => {
  it('-f of several documents says created, unchanged, configured', async () => {
    expect(await ok('kubectl apply -f both.yaml')).toBe('configmap/settings created\npod/web created\n');
    expect(await ok('kubectl apply -f both.yaml')).toBe('configmap/settings unchanged\npod/web unchanged\n');
    expect(await ok('kubectl apply -f slow.yaml')).toBe('configmap/settings configured\npod/web unchanged\n');
    expect(await ok('kubectl get cm settings -o jsonpath={.data.mode}')).toBe('slow');
  });

  it('--dry-run=client and --dry-run=server change nothing', async () => {
    expect(await ok('kubectl apply -f both.yaml --dry-run=client')).toBe(
      'configmap/settings configured (dry run)\npod/web configured (dry run)\n',
    );
    expect(await ok('kubectl apply -f both.yaml --dry-run=server')).toBe(
      'configmap/settings configured (server dry run)\npod/web unchanged (server dry run)\n',
    );
    const fresh = settings('x').replace('settings', 'fresh');
    expect(await ok('kubectl apply -f - --dry-run=server', fresh)).toBe('configmap/fresh created (server dry run)\n');
    expect(await ok('kubectl get cm -o name')).not.toContain('fresh');
    expect(await ok('kubectl get cm settings -o jsonpath={.data.mode}')).toBe('slow');
  });

  it('--server-side takes over what apply has made', async () => {
    expect(await ok('kubectl apply --server-side -f slow.yaml')).toBe(
      'configmap/settings serverside-applied\npod/web serverside-applied\n',
    );
    await ok('kubectl apply --server-side -f both.yaml');
    expect(await ok('kubectl get cm settings -o jsonpath={.data.mode}')).toBe('fast');
  });

  it('--server-side refuses what another manager owns, unless forced', async () => {
    const apply = 'kubectl apply --server-side --field-manager=other -f -';
    const conflict = await cluster.shell.run(apply, settings('mine'));
    expect(conflict.code).toBe(1);
    expect(conflict.stderr).toMatch(
      /^error: Apply failed with 1 conflict: conflict with "kubectl[^"]*"[^]*\.data\.mode/,
    );
    expect(await ok(`${apply} --force-conflicts`, settings('mine'))).toBe('configmap/settings serverside-applied\n');
    expect(await ok('kubectl get cm settings -o jsonpath={.data.mode}')).toBe('mine');
  });

  it('of another image restarts the container in place', async () => {
    await ok('kubectl delete -f both.yaml');
    await ok('kubectl apply -f slow.yaml');
    await ok('kubectl wait --for=condition=Ready pod/web --timeout=60s');
    const before = await cluster.shell.json<Pod>('kubectl get pod web -o json');
    expect(await ok('kubectl apply -f image.yaml')).toBe('configmap/settings unchanged\npod/web configured\n');
    await ok(`kubectl wait --for=jsonpath='{.status.containerStatuses[0].restartCount}'=1 pod/web --timeout=60s`);
    const after = await cluster.shell.json<Pod>('kubectl get pod web -o json');
    expect(after.metadata.uid).toBe(before.metadata.uid);
    expect(after.status?.podIP).toBe(before.status?.podIP);
    expect(after.status?.containerStatuses?.[0]?.image).toBe('kubelette.local/nginx:1');
  });

  it('of what cannot be changed is refused in the words of Kubernetes', async () => {
    const { code, stderr } = await run('kubectl apply -f command.yaml');
    expect(code).toBe(1);
    expect(stderr).toContain(
      'The Pod "web" is invalid: spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`',
    );
  });

  it('of a field that does not exist is refused with its path', async () => {
    const { code, stderr } = await cluster.shell.run(
      'kubectl apply -f -',
      both('fast').replace('command:', 'comand:').replaceAll('web', 'typo'),
    );
    expect(code).toBe(1);
    expect(stderr).toContain('unknown field "spec.containers[0].comand"');
  });
});

describe('kubectl create, replace, diff', () => {
  it('create -f makes it once', async () => {
    await cluster.shell.file('once.yaml', settings('x').replace('settings', 'once'));
    expect(await ok('kubectl create -f once.yaml')).toBe('configmap/once created\n');
    expect(await run('kubectl create -f once.yaml')).toMatchObject({
      code: 1,
      stderr: 'Error from server (AlreadyExists): error when creating "once.yaml": configmaps "once" already exists\n',
    });
  });

  it('create -f with generateName draws a name', async () => {
    const text = settings('x').replace('name: settings', 'generateName: draw-');
    expect(await ok('kubectl create -f -', text)).toMatch(/^configmap\/draw-[a-z0-9]{5} created\n$/);
  });

  it('diff shows the change and ends with 1, and with 0 without one', async () => {
    await cluster.shell.file('diff.yaml', settings('x').replace('settings', 'diffed'));
    await ok('kubectl apply -f diff.yaml');
    expect(await run('kubectl diff -f diff.yaml')).toEqual({ code: 0, stdout: '', stderr: '' });
    await cluster.shell.file('diff.yaml', settings('z').replace('settings', 'diffed'));
    const { code, stdout } = await run('kubectl diff -f diff.yaml');
    expect(code).toBe(1);
    expect(stdout).toContain('\n-  mode: x\n+  mode: z\n');
  });

  it('replace takes the place of an object, and refuses an outdated one', async () => {
    await ok('kubectl apply -f -', settings('old').replace('settings', 'replaced'));
    const stored = await ok('kubectl get cm replaced -o yaml');
    await cluster.shell.file('replace.yaml', stored.replace('mode: old', 'mode: new'));
    expect(await ok('kubectl replace -f replace.yaml')).toBe('configmap/replaced replaced\n');
    const outdated = await run('kubectl replace -f replace.yaml');
    expect(outdated.code).toBe(1);
    expect(outdated.stderr).toContain(
      'Error from server (Conflict): error when replacing "replace.yaml": Operation cannot be fulfilled on ' +
        'configmaps "replaced": the object has been modified; please apply your changes to the latest version and try again',
    );
    expect(await ok('kubectl get cm replaced -o jsonpath={.data.mode}')).toBe('new');
  });

  it('replace --force makes a pod anew', async () => {
    await ok('kubectl apply -f both.yaml');
    const uid = await ok('kubectl get pod web -o jsonpath={.metadata.uid}');
    expect(await ok('kubectl replace --force -f both.yaml')).toContain('pod/web replaced\n');
    expect(await ok('kubectl get pod web -o jsonpath={.metadata.uid}')).not.toBe(uid);
  });
});

describe('kubectl edit, patch, label, annotate', () => {
  it('edit stores what the editor leaves behind', async () => {
    await ok('kubectl create configmap edited --from-literal=mode=before');
    expect(await ok(`KUBE_EDITOR="sed -i s/before/after/" kubectl edit cm edited`)).toBe('configmap/edited edited\n');
    expect(await ok('kubectl get cm edited -o jsonpath={.data.mode}')).toBe('after');
    expect(await run('KUBE_EDITOR=true kubectl edit cm edited')).toMatchObject({
      code: 0,
      stderr: 'Edit cancelled, no changes made.\n',
    });
  });

  it.each([
    ['strategic', '{"data":{"b":"2"}}', '{"a":"1","b":"2"}'],
    ['merge', '{"data":{"a":null,"c":"3"}}', '{"b":"2","c":"3"}'],
    ['json', '[{"op":"replace","path":"/data/b","value":"two"},{"op":"remove","path":"/data/c"}]', '{"b":"two"}'],
  ])('patch --type=%s', async (type, patch, data) => {
    await run('kubectl create configmap patched --from-literal=a=1');
    expect(await ok(`kubectl patch cm patched --type=${type} -p '${patch}'`)).toBe('configmap/patched patched\n');
    expect(await ok('kubectl get cm patched -o jsonpath={.data}')).toBe(data);
  });

  it('patch --type=strategic of a pod finds the container by its name', async () => {
    const patch = '{"spec":{"containers":[{"name":"app","image":"kubelette.local/nginx:1"}]}}';
    expect(await ok(`kubectl patch pod web --dry-run=server -p '${patch}'`)).toBe('pod/web patched\n');
    expect(
      await ok(`kubectl patch pod web --dry-run=server -p '${patch}' -o jsonpath={.spec.containers[*].image}`),
    ).toBe('kubelette.local/nginx:1');
  });

  it('label sets, refuses to overwrite, overwrites and removes', async () => {
    expect(await ok('kubectl label pod web tier=front')).toBe('pod/web labeled\n');
    expect(await run('kubectl label pod web tier=back')).toMatchObject({
      code: 1,
      stderr: "error: 'tier' already has a value (front), and --overwrite is false\n",
    });
    expect(await ok('kubectl label pod web tier=back --overwrite')).toBe('pod/web labeled\n');
    expect(await ok('kubectl get pods -l tier=back -o name')).toBe('pod/web\n');
    expect(await ok('kubectl label pod web tier-')).toBe('pod/web unlabeled\n');
    expect(await ok('kubectl get pods -l tier -o name')).toBe('');
  });

  it('annotate sets and removes', async () => {
    expect(await ok('kubectl annotate pod web note="a text"')).toBe('pod/web annotated\n');
    expect(await ok('kubectl get pod web -o jsonpath={.metadata.annotations.note}')).toBe('a text');
    expect(await ok('kubectl annotate pod web note-')).toBe('pod/web annotated\n');
  });
});

describe('kubectl create namespace, configmap, secret', () => {
  it('are there afterwards, and delete namespace empties it', async () => {
    await cluster.shell.file('app.conf', 'a=1\nb=2\n');
    expect(await ok('kubectl create namespace extra')).toBe('namespace/extra created\n');
    expect(await ok('kubectl -n extra create configmap conf --from-file=app.conf --from-literal=k=v')).toBe(
      'configmap/conf created\n',
    );
    expect(await ok('kubectl -n extra create secret generic login --from-literal=password=s3cret')).toBe(
      'secret/login created\n',
    );
    expect(
      await ok('kubectl -n extra create secret docker-registry pull --docker-username=u --docker-password=p'),
    ).toBe('secret/pull created\n');
    expect(await ok(`kubectl -n extra get cm conf -o jsonpath='{.data.app\\.conf}'`)).toBe('a=1\nb=2\n');
    expect(await ok('kubectl -n extra get secret login -o jsonpath={.data.password} | base64 -d')).toBe('s3cret');
    expect(await ok('kubectl -n extra get secret pull -o jsonpath={.type}')).toBe('kubernetes.io/dockerconfigjson');
    await ok(
      `kubectl -n extra run sleeper --image=${IMAGE} --command -- sh -c 'trap "exit 0" TERM; sleep 1000 & wait'`,
    );
    await ok('kubectl -n extra wait --for=condition=Ready pod/sleeper --timeout=60s');

    expect(await ok('kubectl delete namespace extra')).toBe('namespace "extra" deleted\n');
    expect(await run('kubectl get namespace extra')).toMatchObject({ code: 1 });
    expect(await ok('kubectl get pod,cm,secret -A -o name')).not.toMatch(/sleeper|conf$|login/m);
  });

  it('in a namespace that is not there are refused', async () => {
    expect(await run('kubectl -n nowhere create configmap a')).toMatchObject({
      code: 1,
      stderr: 'error: failed to create configmap: namespaces "nowhere" not found\n',
    });
  });
});
