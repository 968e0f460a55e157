import { mkdtemp, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startAgent, type Agent } from '../../../src/agent.js';
import type { Pod } from '../../../src/api/schema/pod.js';
import { systemClock } from '../../../src/lib/clock.js';
import { createLineLogger } from '../../../src/lib/logger.js';
import { eventually } from '../../support/eventually.js';

const manifest = (name: string, text: string): string => `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: app
      image: kubelette.local/busybox:1
      imagePullPolicy: IfNotPresent
      command: [sh, -c, 'echo ${text}; exec sleep 3600']
`;

describe('static pods from a directory', () => {
  const nodeName = `static-${process.pid}`;
  let agent: Agent;
  let dir: string;
  let dataDir: string;
  const said: string[] = [];

  const file = (name: string): string => join(dir, name);
  const find = (name: string): Pod | undefined => agent.store.get<Pod>('Pod', `default/${name}-${nodeName}`);
  const running = (name: string, other?: string): Promise<Pod> =>
    eventually(`pod ${name} runs`, () => {
      const pod = find(name);
      const isOther = pod?.metadata.uid !== other;
      return isOther && pod?.status?.containerStatuses?.[0]?.state?.running !== undefined ? pod : undefined;
    });
  const containerOf = (pod: Pod): string => pod.status?.containerStatuses?.[0]?.containerID ?? '';
  const log = async (name: string): Promise<string> => {
    const chunks: Buffer[] = [];
    const target = { namespace: 'default', name: `${name}-${nodeName}`, previous: false };
    for await (const chunk of agent.operations.logs(
      target,
      { follow: false, timestamps: false },
      AbortSignal.timeout(10_000),
    )) {
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
  };

  const start = (): Promise<Agent> =>
    startAgent({
      nodeName,
      dataDir,
      manifestDir: dir,
      ephemeral: false,
      clock: systemClock,
      logger: createLineLogger('info', ({ msg, problem }) => said.push(`${msg} ${problem ?? ''}`)),
    });

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kubelette-manifests-'));
    dataDir = await mkdtemp(join(tmpdir(), 'kubelette-data-'));
    agent = await start();
    await agent.ready;
  });

  afterAll(async () => {
    await agent.stop({ deletePods: true, graceSeconds: 1 });
    await rm(dir, { recursive: true });
    await rm(dataDir, { recursive: true });
  });

  it('run as soon as a file appears, named after the node', async () => {
    await writeFile(file('web.yaml'), manifest('web', 'first'));
    const pod = await running('web');
    expect(pod.metadata.name).toBe(`web-${nodeName}`);
    expect(pod.metadata.annotations).toMatchObject({ 'kubernetes.io/config.source': 'file' });
    await eventually('its log', async () => (await log('web')) === 'first\n');
  });

  it('come several from one file, in YAML or JSON, and files that are no manifests are left alone', async () => {
    const both = `${manifest('a', 'a')}---\n${manifest('b', 'b')}`;
    await Promise.all([
      writeFile(file('both.yml'), both),
      writeFile(file('c.json'), JSON.stringify(jsonPod('c'))),
      writeFile(file('.hidden.yaml'), manifest('hidden', 'x')),
      writeFile(file('backup.yaml~'), manifest('backup', 'x')),
    ]);
    await Promise.all([running('a'), running('b'), running('c')]);
    expect(find('hidden')).toBeUndefined();
    expect(find('backup')).toBeUndefined();
  });

  it('are replaced by an edit: the old one is gone before the new one starts', async () => {
    const before = await running('web');
    const order: string[] = [];
    const watching = new AbortController();
    const { resourceVersion } = agent.store.list<Pod>('Pod');
    const watched = (async () => {
      for await (const { object, type } of agent.store.watch<Pod>('Pod', resourceVersion, watching.signal)) {
        if (object.metadata.name === `web-${nodeName}` && type !== 'MODIFIED')
          order.push(`${type} ${object.metadata.uid}`);
      }
    })();
    // As editors do it: a new file renamed over the old one.
    await writeFile(file('.web.yaml.tmp'), manifest('web', 'second'));
    await rename(file('.web.yaml.tmp'), file('web.yaml'));
    const after = await running('web', before.metadata.uid);
    watching.abort();
    await watched;
    expect(order).toEqual([`DELETED ${before.metadata.uid ?? ''}`, `ADDED ${after.metadata.uid ?? ''}`]);
    await eventually('its log', async () => (await log('web')) === 'second\n');
  });

  it('keep running while their file is broken, and the problem is told with file, line, column and field', async () => {
    const [web, other] = [await running('web'), await running('a')];
    said.length = 0;
    await writeFile(file('web.yaml'), manifest('web', 'third').replace('image:', 'imagee:'));
    await eventually('the problem is reported', () =>
      said.some((line) => /web\.yaml:9:7: .*spec\.containers\[0\]\.imagee/.test(line)),
    );
    expect(containerOf(await running('web'))).toBe(containerOf(web));
    expect(containerOf(await running('a'))).toBe(containerOf(other));
  });

  it('go on with the repaired file, written in pieces', async () => {
    const before = await running('web');
    const text = manifest('web', 'repaired');
    await writeFile(file('web.yaml'), text.slice(0, 60));
    await writeFile(file('web.yaml'), text);
    await running('web', before.metadata.uid);
    await eventually('its log', async () => (await log('web')) === 'repaired\n');
  });

  it('survive the agent: the next one takes them over as they are', async () => {
    const before = await running('web');
    await agent.stop({ deletePods: false });
    agent = await start();
    await agent.ready;
    const after = await running('web');
    expect([after.metadata.uid, containerOf(after)]).toEqual([before.metadata.uid, containerOf(before)]);
    expect(after.status?.containerStatuses?.[0]?.restartCount).toBe(0);
  });

  it('go when their file goes, also while no agent runs', async () => {
    await unlink(file('web.yaml'));
    await eventually('web is gone', () => find('web') === undefined);
    await agent.stop({ deletePods: false });
    await unlink(file('both.yml'));
    agent = await start();
    await agent.ready;
    await eventually('a and b are gone', () => find('a') === undefined && find('b') === undefined);
    expect(find('c')).toBeDefined();
  });

  it('go when the directory is no longer a source', async () => {
    await agent.stop({ deletePods: false });
    agent = await startAgent({
      nodeName,
      dataDir,
      ephemeral: false,
      clock: systemClock,
      logger: createLineLogger('silent', () => undefined),
    });
    await agent.ready;
    await eventually('c is gone', () => find('c') === undefined);
  });
});

function jsonPod(name: string): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'app',
          image: 'kubelette.local/busybox:1',
          imagePullPolicy: 'IfNotPresent',
          command: ['sleep', '3600'],
        },
      ],
    },
  };
}
