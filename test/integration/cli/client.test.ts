import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { eventually } from '../../support/eventually.js';
import { startClientNode, type ClientNode, type CommandResult } from '../../support/client-commands.js';

const IMAGE = 'kubelette.local/busybox:1';

const container = (name: string, script: string): object => ({
  name,
  image: IMAGE,
  command: ['/bin/busybox', 'sh', '-c', script],
});
const pod = (name: string, ...containers: readonly object[]): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', labels: { app: name } },
  spec: { terminationGracePeriodSeconds: 1, containers },
});
const specOf = (object: object): object => (object as { readonly spec: object }).spec;
/** Input that is there, and then no more, but no end either. */
function neverEnding(content: string): Readable {
  const input = new Readable({ read: () => undefined });
  input.push(content);
  return input;
}
const FOREVER = 'trap "exit 0" TERM; sleep 999 & wait';

let node: ClientNode;
let started: ClientNode | undefined;

beforeAll(async () => {
  node = started = await startClientNode('client');
  node.agent.createPod(
    await definedPod(
      pod('web', container('a', `echo 1; echo 2; nc -ll -p 8080 -e cat & ${FOREVER}`), container('b', FOREVER)),
    ),
  );
  await eventually('web runs', async () => (await node.kubectl('get', 'pod', 'web')).out.includes('2/2'));
  await eventually('web writes', async () => (await node.kubectl('logs', 'web', '-c', 'a')).out.includes('2'));
});
afterAll(async () => started?.close());

async function definedPod(object: object) {
  const { readManifestPods } = await import('../../../src/testing/manifest.js');
  const [first] = (await readManifestPods(object)).pods;
  if (first === undefined) throw new Error('not a pod');
  return first;
}

const configMap = (name: string, data: object, more: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
  ...more,
});

/** Writes the objects, as one YAML (JSON is YAML) file of several documents. */
async function manifest(name: string, ...objects: readonly object[]): Promise<string> {
  const path = join(node.scratch, name);
  await writeFile(path, objects.map((object) => JSON.stringify(object)).join('\n---\n'));
  return path;
}

/** kubectl says after some mistakes where its help is. */
const HINT = /^See 'kubectl .*' for help and examples\n/m;

/** The same words with both, one after the other. */
async function expectSame(...words: readonly string[]): Promise<void> {
  const expected = await node.kubectl(...words);
  expect(ageless(await node.kubelette(...words))).toEqual(ageless(expected));
}

/** Ages tick between two commands. */
const ageless = ({ code, err, out }: CommandResult): CommandResult => ({
  code,
  out: out.replace(/\b\d+(?:s|m\d*s?)\b */g, 'AGE '),
  err: err.replace(HINT, ''),
});

describe('get', () => {
  it.each([
    ['pods'],
    ['po -A'],
    ['pods -o wide'],
    ['pods,cm'],
    ['all'],
    ['pod web nosuch'],
    ['pod/web ns/default'],
    ['nosuch'],
    ['pods -n empty'],
    ['pods -A -l app=other'],
    ['pods --show-labels -L app'],
    ['pods -l app=web -o=name --no-headers=true'],
    ['lease,pods -A'],
    ['pod web -o json'],
    ['pods -o json'],
    ['ns default -o yaml'],
    ['pod web -o yaml --show-managed-fields'],
    ['pod nosuch --ignore-not-found'],
    ['pod web -l app=web'],
    ['pods/'],
    ['--raw /readyz'],
    ['--raw /api/v1/namespaces?limit=1'],
  ])('%s: the same as kubectl', async (args) => {
    const words = ['get', ...args.split(' ')];
    expect(ageless(await node.kubelette(...words))).toEqual(ageless(await node.kubectl(...words)));
  });

  it('takes the namespace before the command too', async () => {
    expect(await node.kubelette('-n', 'empty', 'get', 'pods')).toEqual({
      code: 0,
      out: '',
      err: 'No resources found in empty namespace.\n',
    });
  });

  it('says what to do when no agent answers', async () => {
    const { code, err } = await node.kubelette('get', 'pods', '--kubeconfig', `${node.scratch}/none`);
    expect(code).toBe(1);
    expect(err).toContain('start it: kubelette agent');
  });
});

describe('logs', () => {
  it.each([
    ['web'],
    ['pod/web a --tail=1'],
    ['web --timestamps -c a'],
    ['web --all-containers --prefix'],
    ['-l app=web --prefix'],
    ['-l app=none'],
    ['web --previous'],
    ['nosuch'],
    ['web --tail=-2'],
    ['web -c a --limit-bytes=3'],
  ])('%s: the same as kubectl', async (args) => expectSame('logs', ...args.split(' ')));

  it('follows a container to its end', async () => {
    const short = pod('short', container('a', 'echo first; sleep 1; echo last'));
    node.agent.createPod(await definedPod({ ...short, spec: { ...specOf(short), restartPolicy: 'Never' } }));
    await eventually('short writes', async () => (await node.kubelette('logs', 'short')).out.includes('first'));
    expect(await node.kubelette('logs', '-f', 'short')).toEqual({ code: 0, out: 'first\nlast\n', err: '' });
    await node.kubelette('delete', 'pod', 'short', '--force');
  });
});

describe('apply and create', () => {
  it('says what became of each object', async () => {
    const file = await manifest('apply.yaml', configMap('one', { a: '1' }), configMap('two', {}));
    const lines = async (...words: readonly string[]) => (await node.kubelette(...words)).out.trimEnd().split('\n');
    expect(await lines('apply', '-f', file)).toEqual(['configmap/one created', 'configmap/two created']);
    expect(await lines('apply', '-f', file)).toEqual(['configmap/one unchanged', 'configmap/two unchanged']);
    await manifest('apply.yaml', configMap('one', { b: '2' }), configMap('two', {}));
    expect(await lines('apply', '-f', file, '--dry-run=server', '-o', 'name')).toEqual([
      'configmap/one',
      'configmap/two',
    ]);
    expect(await lines('apply', '-f', file)).toEqual(['configmap/one configured', 'configmap/two unchanged']);
    // What was in the manifest before and no longer is, is gone.
    expect(JSON.parse((await node.kubectl('get', 'cm', 'one', '-o', 'json')).out)).toMatchObject({ data: { b: '2' } });
    expect((await node.kubectl('get', 'cm', 'one', '-o', 'json')).out).not.toContain('"a"');
  });

  it('with --server-side, leaves the fields of others alone unless forced', async () => {
    const file = await manifest('conflict.yaml', configMap('conflict', { a: '1' }));
    await node.kubectl('apply', '--server-side', '-f', file);
    await manifest('conflict.yaml', configMap('conflict', { a: '2' }));
    const refused = await node.kubelette('apply', '--server-side', '-f', file);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('conflict with "kubectl"')]);
    expect(await node.kubelette('apply', '--server-side', '--force-conflicts', '-f', file)).toMatchObject({
      code: 0,
      out: 'configmap/conflict serverside-applied\n',
    });
  });

  it.each([
    ['a field nobody knows', configMap('bad', {}, { dataa: {} })],
    ['an invalid object', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'X_Y' } }],
    ['a namespace that is not there', { ...configMap('x', {}), metadata: { name: 'x', namespace: 'missing' } }],
    ['an object that exists', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } }],
  ])('create refuses %s as kubectl does', async (_what, object) => {
    await expectSame('create', '-f', await manifest('refused.yaml', object));
  });

  it('goes on with the other objects when one is refused', async () => {
    const file = await manifest('mixed.yaml', configMap('bad', {}, { dataa: {} }), configMap('good', {}));
    const { code, err, out } = await node.kubelette('apply', '-f', file);
    expect({ code, out }).toEqual({ code: 1, out: 'configmap/good created\n' });
    expect(err).toContain('unknown field "dataa"');
  });

  it('reads folders with all below them', async () => {
    await mkdir(join(node.scratch, 'folder', 'sub'), { recursive: true });
    await manifest('folder/a.yaml', configMap('folder-a', {}));
    await manifest('folder/sub/b.json', { apiVersion: 'v1', kind: 'List', items: [configMap('folder-b', {})] });
    const folder = join(node.scratch, 'folder');
    await expectSame('create', '--dry-run=client', '-f', folder);
    await expectSame('create', '--dry-run=client', '-R', '-o', 'name', '-f', folder);
    await expectSame('apply', '-f', join(folder, 'none'));
  });
});

describe('delete', () => {
  it.each([
    ['pod nosuch'],
    ['pod nosuch --ignore-not-found'],
    ['pod'],
    ['cm -l a=b'],
    ['pod web -l a=b'],
    ['ns default --dry-run=server'],
    ['pods --all --dry-run=client'],
    ['pod web --dry-run=server --force'],
    ['pod/web cm/none --dry-run=server -o name'],
  ])('%s: the same as kubectl', async (args) => expectSame('delete', ...args.split(' ')));

  it('waits until a pod is gone', async () => {
    node.agent.createPod(await definedPod(pod('going', container('a', FOREVER))));
    await eventually('it runs', async () => (await node.kubectl('get', 'pod', 'going')).out.includes('1/1'));
    expect(await node.kubelette('delete', 'pod', 'going')).toEqual({
      code: 0,
      out: 'pod "going" deleted from default namespace\n',
      err: '',
    });
    expect(node.agent.store.get('Pod', 'default/going')).toBeUndefined();
  });

  it('gives up waiting after --timeout', async () => {
    const stuck = { ...configMap('stuck', {}), metadata: { name: 'stuck', finalizers: ['example.com/hold'] } };
    await node.kubelette('create', '-f', await manifest('stuck.yaml', stuck));
    expect(await node.kubelette('delete', 'cm', 'stuck', '--timeout=2s')).toEqual({
      code: 1,
      out: 'configmap "stuck" deleted from default namespace\n',
      err: 'error: timed out waiting for the condition on configmaps/stuck\n',
    });
  });
});

describe('exec and attach', () => {
  it.each([
    ['web'],
    ['web ls'],
    ['nosuch -- ls'],
    ['web -c nope -- ls'],
    ['web -c b -- nosuchcmd'],
    ['-it web -c b -- /bin/busybox tty'],
    ['pod/web -- /bin/busybox echo hi'],
  ])('exec %s: the same as kubectl', async (args) => expectSame('exec', ...args.split(' ')));

  it('exec keeps the streams apart and passes the exit code on', async () => {
    const script = 'echo out; echo err >&2; exit 3';
    expect(await node.kubelette('exec', 'web', '-c', 'a', '--', '/bin/busybox', 'sh', '-c', script)).toEqual({
      code: 3,
      out: 'out\n',
      err: 'err\ncommand terminated with exit code 3\n',
    });
  });

  it('exec -i carries everything to the command, and the end of it', async () => {
    const input = Readable.from(Array.from({ length: 200 }, () => Buffer.alloc(10_000, 'x')));
    expect(await node.kubeletteWith(input, 'exec', '-i', 'web', '-c', 'a', '--', '/bin/busybox', 'wc', '-c')).toEqual({
      code: 0,
      out: '2000000\n',
      err: '',
    });
  });

  it('attach reads and writes the streams of the process itself', async () => {
    const reader = container('a', 'while read line; do echo "got $line"; done; sleep 10000');
    node.agent.createPod(await definedPod(pod('reader', { ...reader, stdin: true })));
    await eventually('it runs', async () => (await node.kubectl('get', 'pod', 'reader')).out.includes('1/1'));
    const attached = node.startWith(neverEnding('one\ntwo\n'), 'attach', '-qi', 'reader');
    await eventually('it answers', () => attached.out().includes('got one\ngot two\n'));
    await node.kubelette('delete', 'pod', 'reader', '--force');
    await attached.ended;
  });

  it.each([['exec done -- ls'], ['attach done'], ['attach nosuch'], ['port-forward done 80']])(
    '%s: refused as by kubectl',
    async (args) => {
      if (node.agent.store.get('Pod', 'default/done') === undefined) {
        const object = pod('done', container('a', 'exit 0'));
        node.agent.createPod(await definedPod({ ...object, spec: { ...specOf(object), restartPolicy: 'Never' } }));
      }
      await node.kubelette('wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/done', '--timeout=60s');
      await expectSame(...args.split(' '));
    },
  );
});

describe('port-forward', () => {
  it('carries connections to the pod until it is interrupted', async () => {
    const forwarding = node.start('port-forward', 'web', ':8080', ':8081');
    const [good, bad] = await eventually('it listens', () => {
      const ports = [...forwarding.out().matchAll(/Forwarding from 127\.0\.0\.1:(\d+) -> 808[01]\n/g)];
      return ports.length === 2 ? ports.map(([, port]) => Number(port)) : undefined;
    });
    const echo = connect(good ?? 0, '127.0.0.1');
    echo.write('ping');
    const [answer] = (await once(echo, 'data')) as [Buffer];
    expect(answer.toString()).toBe('ping');
    echo.destroy();

    // Nothing listens there: the connection ends, the forwarding does not.
    expect(await text(connect(bad ?? 0, '127.0.0.1'))).toBe('');

    process.emit('SIGINT');
    const { code, err, out } = await forwarding.ended;
    expect(code).toBe(130);
    expect(out).toContain(`Handling connection for ${good ?? 0}\n`);
    expect(err).toMatch(/^error: an error occurred forwarding \d+ -> 8081: .*connection refused\n$/);
  });

  it.each([['web'], ['nosuch 80'], ['web x']])('%s: refused as by kubectl', async (args) => {
    await expectSame('port-forward', ...args.split(' '));
  });
});

describe('wait', () => {
  it.each([
    ['pod/web'],
    ['--for=condition=Ready pod/web'],
    ['--for=condition=ready pods -l app=web'],
    ['--for=condition=Nope pod/web --timeout=3s'],
    ['--for=delete pod/nosuch'],
    ['--for=condition=Ready pod -l app=none'],
    ['--for=condition=Ready pod/nosuch'],
    ['--for=jsonpath={.status.phase}=Running pod/web'],
    ['--for=create pod/web'],
  ])('%s: the same as kubectl', async (args) => expectSame('wait', ...args.split(' ')));

  it('waits for what is yet to come', async () => {
    const created = node.kubelette('wait', '--for=create', 'cm/later');
    const gone = node.kubelette('apply', '-f', await manifest('later.yaml', configMap('later', {})));
    expect([(await gone).code, (await created).out]).toEqual([0, 'configmap/later condition met\n']);
    const deleted = node.kubelette('wait', '--for=delete', 'cm/later');
    await node.kubelette('delete', 'cm', 'later');
    expect((await deleted).code).toBe(0);
  });
});

describe('events and api-resources', () => {
  it.each([['--for pod/web'], ['-n empty'], ['--types=Warning -n empty'], ['--for pod/web --no-headers']])(
    'events %s: the same as kubectl',
    async (args) => expectSame('events', ...args.split(' ')),
  );

  it.each([[''], ['-o wide'], ['-o name'], ['--namespaced=false'], ['--api-group=coordination.k8s.io']])(
    'api-resources %s: the same as kubectl',
    async (args) => expectSame('api-resources', ...args.split(' ').filter((word) => word !== '')),
  );
});

describe('get -w', () => {
  it('prints a line for each change', async () => {
    const watching = node.start('get', 'cm', 'watched', '-w', '--no-headers');
    expect((await watching.ended).code).toBe(1);
    await node.kubelette('apply', '-f', await manifest('watched.yaml', configMap('watched', {})));
    const again = node.start('get', 'cm', 'watched', '-w', '--no-headers');
    await eventually('it is shown', () => /^watched +0 /.test(again.out()));
    await node.kubelette('apply', '-f', await manifest('watched.yaml', configMap('watched', { a: '1' })));
    await eventually('its change is shown', () => /^watched +0 .*\nwatched +1 .*\n$/.test(again.out()));
    process.emit('SIGINT');
    expect((await again.ended).code).toBe(130);
  });
});
