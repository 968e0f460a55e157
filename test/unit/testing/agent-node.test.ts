import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AgentNode } from '../../../src/testing/agent-node.js';
import { FakeAgent, podOf } from '../../support/fake-agent.js';

const YAML = `
apiVersion: v1
kind: Pod
metadata: { name: web }
spec: { containers: [{ name: app, image: 'busybox:1' }] }
`;

let agent: FakeAgent;
let node: AgentNode;
let warnings: string[];
let cleanedUp: number;
let directory: string;

beforeEach(async () => {
  agent = new FakeAgent();
  warnings = [];
  cleanedUp = 0;
  directory = await mkdtemp(join(tmpdir(), 'kubelette-test-'));
  node = new AgentNode({
    agent,
    clock: agent.clock,
    onWarning: (warning) => warnings.push(warning),
    cleanUp: async () => {
      cleanedUp += 1;
    },
  });
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

describe('apply', () => {
  it('takes YAML text, JSON text, an object and a file', async () => {
    const file = join(directory, 'pod.yaml');
    await writeFile(file, YAML.replace('web', 'from-file'));
    const pods = [
      await node.apply(YAML),
      await node.apply(JSON.stringify(podOf('from-json'))),
      await node.apply(podOf('from-object')),
      await node.apply(file),
    ];
    expect(pods.map(({ name, namespace }) => `${namespace}/${name}`)).toEqual([
      'default/web',
      'default/from-json',
      'default/from-object',
      'default/from-file',
    ]);
    expect(node.pods().map(({ name }) => name)).toEqual(['from-file', 'from-json', 'from-object', 'web']);
  });

  it('takes what the pod uses beside it, and changes it where it is there', async () => {
    const config = (value: string): string =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\ndata: { k: ${value} }\n---\n`;
    await node.apply(config('one') + YAML);
    expect(agent.store.get('ConfigMap', 'default/c')).toMatchObject({ data: { k: 'one' } });
    await node.applyAll(config('two'));
    expect(agent.store.get('ConfigMap', 'default/c')).toMatchObject({ data: { k: 'two' } });
  });

  it('fills in defaults', async () => {
    await node.apply(YAML);
    expect(agent.pod('web').spec).toMatchObject({ restartPolicy: 'Always', terminationGracePeriodSeconds: 30 });
  });

  it('reports all problems with their places and creates nothing', async () => {
    const text = `${YAML}---\n${YAML.replace('image', 'imagee').replace('web', 'Web!')}`;
    const error = await node.applyAll(text).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'KubeletteError', code: 'Invalid' });
    expect(String(error)).toMatch(/<text>:\d+:\d+: spec\.containers\[0\]\.imagee/);
    expect(node.pods()).toEqual([]);
  });

  it('wants exactly one pod; applyAll takes several, or all files of a folder', async () => {
    const two = `${YAML}---${YAML.replace('web', 'other')}`;
    await expect(node.apply(two)).rejects.toThrow('expected one pod, got 2 (web, other)');
    await writeFile(join(directory, 'a.yaml'), two);
    await writeFile(join(directory, 'b.json'), JSON.stringify(podOf('third')));
    await writeFile(join(directory, '.ignored.yaml'), 'no: manifest');
    expect((await node.applyAll(directory)).map(({ name }) => name)).toEqual(['web', 'other', 'third']);
  });

  it('refuses a name that is taken and a file that is not there', async () => {
    await node.apply(YAML);
    await expect(node.apply(YAML)).rejects.toMatchObject({ code: 'AlreadyExists' });
    await expect(node.apply('no/such.yaml')).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('passes on warnings about fields without effect', async () => {
    await node.apply(YAML.replace('spec: {', 'spec: { nodeSelector: { disk: ssd },'));
    expect(warnings).toEqual([expect.stringContaining('spec.nodeSelector')]);
  });
});

describe('pod', () => {
  it('finds a pod of the node by its name', async () => {
    await node.apply(YAML);
    expect(node.pod('web').name).toBe('web');
    expect(() => node.pod('web', 'elsewhere')).toThrow('pods "web" not found');
  });
});

describe('stop', () => {
  it('deletes the pods, cleans up once and ends every wait', async () => {
    const pod = await node.apply(YAML);
    const waiting = pod.ready().catch((reason: unknown) => reason);
    await Promise.all([node.stop(), node.stop()]);
    expect(await waiting).toMatchObject({ code: 'Unavailable', message: 'node test-node was stopped' });
    expect(agent.stops).toEqual([{ deletePods: true, graceSeconds: 2 }]);
    expect(cleanedUp).toBe(1);
    await expect(node.apply(YAML)).rejects.toMatchObject({ code: 'Unavailable' });
  });

  it('happens at the end of an await using block', async () => {
    {
      await using scoped = node;
      await scoped.apply(YAML);
    }
    expect(agent.stops).toHaveLength(1);
  });
});
