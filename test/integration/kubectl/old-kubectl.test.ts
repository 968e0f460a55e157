import { beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { eventually } from '../../support/eventually.js';
import { exchange } from '../../support/exchange.js';
import { useKubectl, type KubectlShell } from '../../support/kubectl-agent.js';
import { oldKubectl } from '../../support/kubectl.js';
import { listOf, podManifest, UNTIL_TERMINATED } from '../../support/pod-manifest.js';

const cluster = useKubectl('kubectl-old');
const old = oldKubectl();

/** The old kubectl, where the distribution has it (scripts/kubectl.mjs); the new one, told to speak as the old one does. */
const clients = [
  ...(old === undefined ? [] : [{ name: 'kubectl 1.20', path: old, prefix: '' }]),
  {
    name: 'kubectl 1.34 with SPDY',
    path: undefined,
    prefix: 'KUBECTL_REMOTE_COMMAND_WEBSOCKETS=false KUBECTL_PORT_FORWARD_WEBSOCKETS=false ',
  },
];

describe.each(clients)('$name', ({ path, prefix }) => {
  let shell: KubectlShell;
  const kubectl = (line: string): Promise<string> => shell.ok(`${prefix}kubectl ${line}`);
  const namespace = path === undefined ? 'spdy' : 'old';
  const n = `-n ${namespace}`;

  beforeAll(async () => {
    shell = path === undefined ? cluster.shell : cluster.shellWith(path);
    await kubectl(`create namespace ${namespace}`);
    await shell.file(
      `${namespace}.json`,
      listOf(podManifest('web', `echo hello; nc -ll -p 8080 127.0.0.1 -e cat & ${UNTIL_TERMINATED}`), {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'settings' },
        data: { mode: 'fast' },
      }),
    );
    await kubectl(`${n} apply -f ${namespace}.json`);
    await kubectl(`${n} wait --for=condition=Ready pod/web --timeout=60s`);
  });

  it('applies again: unchanged, and configured after a change', async () => {
    expect(await kubectl(`${n} apply -f ${namespace}.json`)).toBe('pod/web unchanged\nconfigmap/settings unchanged\n');
    await shell.file('changed.json', {
      ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { mode: 'slow' } },
    });
    expect(await kubectl(`${n} apply -f changed.json`)).toBe('configmap/settings configured\n');
    expect(await kubectl(`${n} get cm settings -o jsonpath={.data.mode}`)).toBe('slow');
  });

  it('creates, labels, patches and gets', async () => {
    await kubectl(`${n} create configmap made --from-literal=a=1`);
    await kubectl(`${n} create secret generic login --from-literal=password=s3cret`);
    await kubectl(`${n} label pod web tier=front`);
    await kubectl(`${n} patch cm made -p '{"data":{"b":"2"}}'`);
    expect(await kubectl(`${n} get cm made -o jsonpath={.data}`)).toBe('{"a":"1","b":"2"}');
    expect(await kubectl(`${n} get pods -l tier=front --no-headers`)).toMatch(
      /^web +1\/1 +Running +0 +(?:\d+[ms])+\n$/,
    );
    expect(await kubectl(`${n} describe pod web`)).toMatch(/Normal +Started .*Started container app/);
    expect(await kubectl('explain pods.spec.restartPolicy')).toContain('Restart policy for all containers');
  });

  it('reads logs and executes, with 5 MB there and back', async () => {
    expect(await shell.logged(`${prefix}kubectl ${n} logs web`, 'hello')).toBe('hello\n');
    expect(await shell.run(`${prefix}kubectl ${n} exec web -- sh -c 'echo out; echo err >&2; exit 7'`)).toEqual({
      ...{ code: 7, stdout: 'out\n', stderr: 'err\ncommand terminated with exit code 7\n' },
    });
    const sent = randomBytes(5 * 1024 * 1024);
    await shell.file('sent', sent);
    await kubectl(`${n} exec -i web -- cat < sent > received`);
    expect(sent.equals(await shell.read('received'))).toBe(true);
    await kubectl(`${n} cp sent ${namespace}/web:/tmp/sent`);
    expect(await kubectl(`${n} exec web -- wc -c /tmp/sent`)).toBe(`${sent.length} /tmp/sent\n`);
  });

  it('runs a pod to its end and takes its exit code', async () => {
    const flags = '--image=kubelette.local/busybox:1 --restart=Never --rm -i';
    const { code, stdout } = await shell.run(
      `${prefix}kubectl ${n} run once ${flags} --command -- sh -c 'read line; echo "got $line"; exit 4'`,
      'hello\n',
    );
    expect({ code, stdout }).toEqual({ code: 4, stdout: expect.stringMatching(/^got hello\npod "once" deleted/) });
  });

  it('forwards a port', async () => {
    await shell.during(`${prefix}kubectl ${n} port-forward pod/web :8080`, async ({ output }) => {
      const port = await eventually('the port is forwarded', () => /127\.0\.0\.1:(\d+) ->/.exec(output())?.[1]);
      expect((await exchange(Number(port), Buffer.from('ping'))).toString()).toBe('ping');
    });
  });

  it('deletes a pod and waits for its end, and a namespace with all in it', async () => {
    expect(await kubectl(`${n} delete pod web`)).toContain('pod "web" deleted');
    expect(await kubectl(`${n} get pods -o name`)).toBe('');
    await kubectl(`delete namespace ${namespace}`);
    expect(await kubectl('get cm -A -o name')).not.toContain('made');
  });
});
