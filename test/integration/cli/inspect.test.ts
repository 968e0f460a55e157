import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../../support/eventually.js';
import { startClientNode, type ClientNode, type CommandResult } from '../../support/client-commands.js';

const IMAGE = 'kubelette.local/busybox:1';
const SLEEP = ['sh', '-c', 'trap "exit 0" TERM; sleep 999 & wait'];

const meta = (name: string, more: object = {}) => ({ name, namespace: 'default', ...more });
const OBJECTS = [
  {
    ...{ apiVersion: 'v1', kind: 'ConfigMap' },
    metadata: meta('conf', { labels: { a: 'b', c: 'd' }, annotations: { note: 'two\nlines' } }),
    ...{ data: { file: 'one\n\ttwo\tthree\n', empty: '' }, binaryData: { bin: 'AAEC' } },
  },
  { apiVersion: 'v1', kind: 'Secret', metadata: meta('sec'), stringData: { password: 'hunter2', user: 'me' } },
  {
    ...{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: meta('robot') },
    imagePullSecrets: [{ name: 'sec' }, { name: 'missing' }],
  },
  {
    ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: meta('claim') },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  },
  {
    ...{ apiVersion: 'v1', kind: 'Pod' },
    metadata: meta('rich', { labels: { app: 'rich' }, annotations: { long: 'x'.repeat(200), short: 'y' } }),
    spec: {
      terminationGracePeriodSeconds: 1,
      initContainers: [{ name: 'first', image: IMAGE, command: ['sh', '-c', 'exit 0'] }],
      containers: [
        {
          ...{ name: 'app', image: IMAGE, command: SLEEP, args: ['a\nb'] },
          ports: [
            { containerPort: 8080, name: 'web' },
            { containerPort: 53, protocol: 'UDP' },
          ],
          resources: { limits: { cpu: '500m', memory: '65536Ki' }, requests: { cpu: '0.1' } },
          env: [
            { name: 'PLAIN', value: 'one\ntwo' },
            { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
            { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
          ],
          volumeMounts: [
            { name: 'tmp', mountPath: '/tmp' },
            { name: 'host', mountPath: '/host', readOnly: true },
          ],
        },
        { name: 'plain', image: IMAGE, command: SLEEP },
      ],
      volumes: [
        { name: 'tmp', emptyDir: { sizeLimit: '16Mi' } },
        { name: 'host', hostPath: { path: '/etc', type: 'Directory' } },
      ],
    },
  },
  {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: meta('failed') },
    spec: { restartPolicy: 'Never', containers: [{ name: 'app', image: IMAGE, command: ['sh', '-c', 'exit 3'] }] },
  },
];

let node: ClientNode;
let started: ClientNode | undefined;
let file: string;

beforeAll(async () => {
  node = started = await startClientNode('inspect');
  file = join(node.scratch, 'objects.yaml');
  await writeFile(file, OBJECTS.map((object) => JSON.stringify(object)).join('\n---\n'));
  expect(await node.kubelette('apply', '-f', file)).toMatchObject({ code: 0 });
  const ready = await node.kubelette('wait', '--for=condition=Ready', 'pod/rich', '--timeout=60s');
  const failed = await node.kubelette('wait', '--for=jsonpath={.status.phase}=Failed', 'pod/failed', '--timeout=60s');
  expect([ready.code, failed.code]).toEqual([0, 0]);
});
afterAll(async () => started?.close());

/** The same words with both, one after the other. */
async function expectSame(...words: readonly string[]): Promise<void> {
  const expected = await node.kubectl(...words);
  expect(steady(await node.kubelette(...words))).toEqual(steady(expected));
}

const scratch = (path: string): string => join(node.scratch, path);

/** Ages tick between two commands, and a column is as wide as they are; the node renews its lease. */
const steady = ({ code, err, out }: CommandResult): CommandResult => ({
  code,
  out: out
    .replace(/\b\d+(?:s|m\d*s?)\b(?: \(x\d+ over \w+\))?/g, 'AGE')
    .replace(/^.*\bAGE\b.*$|^ +-.*$|^ +Type +Reason.*$/gm, (line) => line.replace(/ +/g, ' ').replace(/-+/g, '-'))
    .replace(/(RenewTime|^.*LastHeartbeatTime|^ +\w+Pressure|^ +Ready +\w+ +\w+,).*$/gm, '$1'),
  err,
});

describe('describe', () => {
  it.each([
    ['pod rich'],
    ['pod/failed'],
    ['pods --show-events=false'],
    ['cm/conf'],
    ['secret sec'],
    ['sa robot'],
    ['pvc claim'],
    ['ns default'],
    ['node'],
    ['leases -A'],
    ['pods -l app=rich'],
    ['pods -n empty'],
    ['pod ric'],
    ['pod nosuch'],
    ['cm/nosuch'],
    ['nosuch'],
    ['pod rich -l app=rich'],
  ])('%s: the same as kubectl', async (args) => expectSame('describe', ...args.split(' ')));

  it('reads what to describe from a manifest', async () => expectSame('describe', '--show-events=false', '-f', file));

  it('shows what is there when something is not, and fails', async () => {
    const { code, err, out } = await node.kubelette('describe', 'cm/conf', 'cm/nosuch');
    expect({ code, err }).toEqual({ code: 1, err: 'Error from server (NotFound): configmaps "nosuch" not found\n' });
    expect(out).toMatch(/^Name: +conf\n/);
  });

  it('says what is missing when no type is given', async () => {
    const { code, err } = await node.kubelette('describe');
    expect(code).toBe(1);
    expect(err).toContain('Use "kubelette api-resources"');
  });
});

describe('get -f', () => {
  it.each([['name'], ['json']])('-o %s: the same as kubectl', async (format) =>
    expectSame('get', '-f', file, '-o', format),
  );
});

describe('top', () => {
  /** What is used changes from one moment to the next. */
  const shape = ({ code, err, out }: CommandResult): CommandResult => ({
    ...{ code, err },
    out: out.replace(/\d+(m|Mi|%)/g, 'N$1').replace(/ +/g, ' '),
  });
  it.each([
    ['pod'],
    ['pods --containers --sum -A'],
    ['pod rich --no-headers'],
    ['pod -l app=rich --sum'],
    ['pod -n empty'],
    ['pod nosuch'],
    ['pod --sort-by=name'],
    ['node'],
    ['node --no-headers --sort-by cpu'],
    ['node nosuch'],
  ])('%s: the same as kubectl', async (args) => {
    await eventually('all of rich is measured', async () => {
      const { out } = await node.kubectl('top', 'pod', 'rich', '--containers', '--no-headers');
      return ['app', 'plain'].every((name) => out.includes(` ${name} `));
    });
    const words = ['top', ...args.split(' ')];
    const expected = await node.kubectl(...words);
    expect(shape(await node.kubelette(...words))).toEqual(shape(expected));
  });
});

describe('explain', () => {
  it.each([
    ['pod'],
    ['pods.spec.containers'],
    ['pod.spec.restartPolicy'],
    ['pod.spec.containers.resources.limits'],
    ['pod --recursive'],
    ['node.status --recursive'],
    ['leases'],
    ['leases.coordination.k8s.io.spec'],
    ['leases --api-version=coordination.k8s.io/v1'],
    ['pods --api-version=v2'],
    ['pod x'],
  ])('%s: the same as kubectl', async (args) => expectSame('explain', ...args.split(' ')));

  it('names the field that does not exist', async () => {
    expect(await node.kubelette('explain', 'pod.spec.nope.x')).toEqual({
      ...{ code: 1, out: '' },
      err: 'error: field "nope" does not exist\n',
    });
  });
});

describe('completion', () => {
  it.each([
    ['get pod', 'pods\tPod\n'],
    ['get pods r', 'rich\n'],
    ['describe pod/f', 'pod/failed\n'],
    ['logs rich p', 'plain\n'],
    ['exec rich -c f', 'first\n'],
    ['get pods --namespace=def', '--namespace=default\n'],
    ['-n kube-node-lease get pods ', ''],
    ['cp ri', 'rich:\n:files\n:nospace\n'],
    ['--context k', 'kubelette\n'],
  ])('%s: proposes what the agent has', async (typed, expected) => {
    expect((await node.kubelette('__complete', ...typed.split(' '))).out).toBe(expected);
  });
});

describe('cp', () => {
  it('carries a tree to a container and back, but no links', async () => {
    await mkdir(scratch('tree/sub'), { recursive: true });
    await writeFile(scratch('tree/big'), 'x'.repeat(2_000_000));
    await writeFile(scratch('tree/sub/small'), 'y');
    await symlink('/etc/passwd', scratch('tree/link'));
    const to = await node.kubelette('cp', '-c', 'app', scratch('tree'), 'default/rich:/tmp/copy');
    expect(to).toEqual({ code: 0, out: '', err: '' });
    expect((await node.kubectl('exec', 'rich', '-c', 'app', '--', 'ls', '/tmp/copy')).out).toBe('big\nlink\nsub\n');
    // What is there already gets the folder inside.
    await node.kubelette('cp', '-c', 'app', scratch('tree/sub'), 'rich:/tmp/copy');

    const { code, err } = await node.kubelette('cp', '-c', 'app', 'rich:/tmp/copy', scratch('back'));
    expect({ code, err }).toEqual({ code: 0, err: 'warning: skipping "./copy/link": it is a link to /etc/passwd\n' });
    expect((await readdir(scratch('back'), { recursive: true })).sort()).toEqual(['big', 'sub', 'sub/small']);
    expect((await readFile(scratch('back/big'), 'utf8')).length).toBe(2_000_000);
  });

  it('carries single files, also what kubectl has put there', async () => {
    await writeFile(scratch('one'), 'one');
    await node.kubectl('cp', scratch('one'), 'rich:/one', '-c', 'plain');
    const { code, err } = await node.kubelette('cp', 'rich:/one', scratch('two'), '--container=plain');
    expect({ code, err, text: await readFile(scratch('two'), 'utf8') }).toEqual({ code: 0, err: '', text: 'one' });
  });

  it.each([['a b'], ['a:b c:d'], [':x y'], ['rich: y'], ['x'], ['nosuch:/x y'], ['/nosuch rich:/x'], ['failed:/x y']])(
    'cp %s: refused as by kubectl',
    async (args) => expectSame('cp', ...args.split(' ')),
  );

  it('says what was copied and what tar said when that failed', async () => {
    const missing = await node.kubelette('cp', '-c', 'app', 'rich:/nosuch', scratch('x'));
    expect(missing.code).toBe(1);
    expect(missing.err).toMatch(/^error: copy from default\/rich:\/nosuch: tar ended with exit code 1: tar: /);
  });
});
