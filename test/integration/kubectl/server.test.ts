import { describe, expect, it } from '@jest/globals';
import { useKubectl } from '../../support/kubectl-agent.js';

const cluster = useKubectl('kubectl-server');
const ok = (line: string): Promise<string> => cluster.shell.ok(line);

describe('what the server says of itself', () => {
  it('kubectl version names client and server, and warns of no skew', async () => {
    const { code, stdout, stderr } = await cluster.shell.run('kubectl version');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Client Version: v1\.34\.\d+\nKustomize Version: .*\nServer Version: v1\.\d+\.\d+\S*\n$/);
  });

  it('kubectl cluster-info says where it is', async () => {
    expect(await ok('kubectl cluster-info')).toContain(`control plane is running at ${String(cluster.agent.url)}\n`);
  });

  it('kubectl api-resources lists the kinds with short names and scope', async () => {
    const rows = (await ok('kubectl api-resources')).split('\n').map((row) => row.split(/ +/).join(' '));
    expect(rows).toEqual(
      expect.arrayContaining([
        'pods po v1 true Pod',
        'configmaps cm v1 true ConfigMap',
        'secrets v1 true Secret',
        'namespaces ns v1 false Namespace',
        'nodes no v1 false Node',
        'persistentvolumeclaims pvc v1 true PersistentVolumeClaim',
        'persistentvolumes pv v1 false PersistentVolume',
        'serviceaccounts sa v1 true ServiceAccount',
        'events ev events.k8s.io/v1 true Event',
        'leases coordination.k8s.io/v1 true Lease',
      ]),
    );
    expect(await ok('kubectl api-resources --namespaced=false -o name')).toMatch(/^namespaces\nnodes\n/);
    expect(await ok('kubectl api-versions')).toContain('events.k8s.io/v1\nmetrics.k8s.io/v1beta1\nv1\n');
  });

  it('kubectl explain pods.spec.restartPolicy tells the choices', async () => {
    const text = await ok('kubectl explain pods.spec.restartPolicy');
    expect(text).toContain('FIELD: restartPolicy <string>');
    expect(text).toMatch(/ENUM:\s+Always\s+Never\s+OnFailure/);
    expect(text).toContain('Restart policy for all containers within the pod.');
  });

  it('kubectl explain --recursive lists the fields below', async () => {
    expect(await ok('kubectl explain pods.spec.containers --recursive')).toMatch(
      /readinessProbe\t<Probe>[^]*\n {4}httpGet\t<HTTPGetAction>\n/,
    );
    expect(await cluster.shell.run('kubectl explain pods.spec.nonsense')).toMatchObject({
      code: 1,
      stderr: 'error: field "nonsense" does not exist\n',
    });
  });

  it('kubectl get --raw gives what the server answers', async () => {
    expect(await ok('kubectl get --raw /readyz')).toBe('ok');
    expect(JSON.parse(await ok('kubectl get --raw /api/v1/namespaces/default'))).toMatchObject({
      kind: 'Namespace',
      status: { phase: 'Active' },
    });
    expect(await ok('kubectl get --raw /metrics')).toContain('# TYPE ');
  });

  it.each([
    ['v1', 'Deployment'],
    ['apps/v1', 'Deployment'],
  ])('a manifest of kind %s %s, which is not served, is told so', async (apiVersion, kind) => {
    const manifest = `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: a }\n`;
    expect((await cluster.shell.run('kubectl apply -f -', manifest)).stderr).toContain(
      `no matches for kind "${kind}" in version "${apiVersion}"`,
    );
  });

  it('an unknown kind and an unknown object are told apart', async () => {
    expect(await cluster.shell.run('kubectl get nosuch')).toMatchObject({
      code: 1,
      stderr: 'error: the server doesn\'t have a resource type "nosuch"\n',
    });
    expect(await cluster.shell.run('kubectl get pod nosuch')).toMatchObject({
      code: 1,
      stderr: 'Error from server (NotFound): pods "nosuch" not found\n',
    });
  });
});

describe('who may do what', () => {
  it('kubectl auth whoami', async () => {
    expect(await ok('kubectl auth whoami')).toMatch(/Username +\S+\nGroups +\[system:masters system:authenticated\]\n/);
  });

  it('kubectl auth can-i', async () => {
    expect(await ok('kubectl auth can-i create pods')).toBe('yes\n');
    expect(await ok('kubectl auth can-i get pods --subresource=log')).toBe('yes\n');
    expect(await cluster.shell.run('kubectl auth can-i create pods --as=bob')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('impersonation is not supported'),
    });
    expect(await ok('kubectl auth can-i get /metrics')).toBe('yes\n');
    expect(await ok('kubectl auth can-i --list')).toMatch(/\*\.\* +\[\] +\[\] +\[\*\]/);
  });

  it('kubectl create token makes one that a review knows, and that opens no door here', async () => {
    const token = (await ok('kubectl create token default --audience=vault --duration=20m')).trim();
    await cluster.shell.file('review.json', {
      ...{ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview' },
      spec: { token, audiences: ['vault'] },
    });
    expect(await cluster.shell.json('kubectl create -f review.json -o json')).toMatchObject({
      status: {
        authenticated: true,
        user: { username: 'system:serviceaccount:default:default' },
        audiences: ['vault'],
      },
    });
    const { code, stderr } = await cluster.shell.run(
      `kubectl --kubeconfig=/dev/null --server=${String(cluster.agent.url)} --certificate-authority=${cluster.dataDir}/pki/ca.crt --token=${token} get pods`,
    );
    expect(code).toBe(1);
    expect(stderr).toContain('You must be logged in to the server');
    expect(await cluster.shell.run('kubectl create token nobody')).toMatchObject({
      code: 1,
      stderr: 'error: failed to create token: serviceaccounts "nobody" not found\n',
    });
  });

  it('kubectl explain knows the reviews, too', async () => {
    expect(await ok('kubectl explain tokenreviews.spec')).toContain('The question.');
  });
});

describe('namespaces', () => {
  it('kubectl get ns shows those that every cluster has', async () => {
    expect((await ok('kubectl get ns')).replace(/ +(?:\d+[ms])+$/gm, '')).toBe(
      'NAME              STATUS   AGE\n' +
        'default           Active\nkube-node-lease   Active\nkube-public       Active\nkube-system       Active\n',
    );
  });

  it('kubectl get sa shows the account of each namespace', async () => {
    expect(await ok('kubectl get sa -o name')).toBe('serviceaccount/default\n');
  });
});
