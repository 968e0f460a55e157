import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startAgent, type Agent } from '../../../src/agent.js';
import type { ConfigMap } from '../../../src/api/schema/config.js';
import type { Pod } from '../../../src/api/schema/pod.js';
import { systemClock } from '../../../src/lib/clock.js';
import { silentLogger } from '../../../src/lib/logger.js';
import { app, isReady, podOf, SERVES } from '../../support/agent.js';
import { BUSYBOX } from '../../support/docker-world.js';
import { eventually } from '../../support/eventually.js';
import { aConfigMap } from '../../support/builders.js';

const nodeName = `test-config-${process.pid}`;
let root: string;
let agent: Agent;
const file = (): string => join(root, 'pods', 'settings.yaml');
const settings = (value: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { k: ${value} }\n`;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kubelette-config-'));
  await mkdir(join(root, 'pods'));
  agent = await startAgent({
    nodeName,
    dataDir: join(root, 'data'),
    manifestDir: join(root, 'pods'),
    ephemeral: true,
    clock: systemClock,
    logger: silentLogger,
  });
  await agent.ready;
});
afterAll(async () => {
  await agent.stop({ deletePods: true, graceSeconds: 0 });
  await rm(root, { recursive: true, force: true });
});

describe('configuration of a pod', () => {
  it('is waited for, and may come from a file at any time', async () => {
    const env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key: 'k' } } }];
    agent.createPod(podOf('web', { containers: [app(SERVES, { env })] }));
    const state = () =>
      agent.store.get<ReturnType<typeof podOf>>('Pod', 'default/web')?.status?.containerStatuses?.[0]?.state;
    const waiting = { reason: 'CreateContainerConfigError', message: 'configmap "settings" not found' };
    await eventually('the pod waits', async () => {
      expect(state()).toEqual({ waiting });
      return true;
    });

    await writeFile(file(), settings('one'));
    await eventually('the container runs', async () => state()?.running !== undefined);
    expect(agent.store.get<ConfigMap>('ConfigMap', 'default/settings')?.metadata.annotations).toEqual({
      'kubernetes.io/config.source': 'file',
      'kubelette.dev/manifest': file(),
    });

    await writeFile(file(), settings('two'));
    const stored = () => agent.store.get<ConfigMap>('ConfigMap', 'default/settings');
    await eventually('the edit is taken', async () => stored()?.data?.['k'] === 'two');
    await rm(file());
    await eventually('the object is gone', async () => stored() === undefined);
    agent.store.create(aConfigMap('settings', { k: 'mine' }));
    await writeFile(file(), settings('three'));
    await writeFile(join(root, 'pods', 'other.yaml'), settings('x').replaceAll('settings', 'other'));
    const other = () => agent.store.get<ConfigMap>('ConfigMap', 'default/other');
    await eventually('the folder is read again', async () => other() !== undefined);
    expect(stored()?.data).toEqual({ k: 'mine' });
  });

  it('may stand beside it in one file, and an edit of it reaches the volume of the running pod', async () => {
    const both = (colour: string): string => `apiVersion: v1
kind: ConfigMap
metadata: { name: beside }
data: { colour: ${colour} }
---
apiVersion: v1
kind: Pod
metadata: { name: beside }
spec:
  terminationGracePeriodSeconds: 1
  volumes: [{ name: config, configMap: { name: beside } }]
  containers:
    - name: app
      image: ${BUSYBOX}
      command: [/bin/busybox, sh, -c, '${SERVES}']
      envFrom: [{ configMapRef: { name: beside } }]
      volumeMounts: [{ name: config, mountPath: /config }]
`;
    const name = `beside-${nodeName}`;
    const pod = () => agent.store.get<Pod>('Pod', `default/${name}`);
    const sees = async (script: string): Promise<string> => {
      const { exitCode, stderr, stdout } = await agent.operations.exec(
        { namespace: 'default', name, container: 'app' },
        { command: ['/bin/busybox', 'sh', '-c', script], tty: false, stdin: false },
        AbortSignal.timeout(45_000),
      );
      stderr?.resume();
      const seen = await text(stdout);
      await exitCode;
      return seen;
    };
    await writeFile(join(root, 'pods', 'beside.yaml'), both('red'));
    await eventually('the pod is ready', () => pod() !== undefined && isReady(pod() as Pod));
    expect(await sees('echo $colour; cat /config/colour')).toBe('red\nred');
    const { uid } = pod()?.metadata ?? {};

    await writeFile(join(root, 'pods', 'beside.yaml'), both('blue'));
    const edited = systemClock.now();
    await eventually('the file follows', async () => (await sees('cat /config/colour')) === 'blue');
    // 5 s are promised; the rest is for a machine with other work. Without an edit it is a minute.
    expect(systemClock.now() - edited).toBeLessThan(40_000);
    expect(await sees('echo $colour')).toBe('red\n');
    expect(pod()?.metadata.uid).toBe(uid);
    expect(pod()?.status?.containerStatuses?.[0]?.restartCount).toBe(0);
  });
});
