import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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
const FOREVER = 'trap "exit 0" TERM; sleep 10000 & wait';

let node: ClientNode;
let started: ClientNode | undefined;

beforeAll(async () => {
  node = started = await startClientNode('client');
  node.agent.createPod(
    await definedPod(pod('web', container('a', `echo one; echo two; ${FOREVER}`), container('b', FOREVER))),
  );
  await eventually('web runs', async () => (await node.kubectl('get', 'pod', 'web')).out.includes('2/2'));
});
afterAll(async () => started?.close());

async function definedPod(object: object) {
  const { readManifestPods } = await import('../../../src/testing/manifest.js');
  const [first] = (await readManifestPods(object)).pods;
  if (first === undefined) throw new Error('not a pod');
  return first;
}

/** Ages tick between two commands. */
const ageless = ({ code, err, out }: CommandResult): CommandResult => ({
  code,
  out: out.replace(/\b\d+(?:s|m\d*s?)\b */g, 'AGE '),
  err,
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
