import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ConfigMap, Secret } from '../../../src/api/schema/config.js';
import type { Pod } from '../../../src/api/schema/pod.js';
import { app, SERVES, TestNode } from '../../support/agent.js';
import { eventually } from '../../support/eventually.js';

let node: TestNode;
beforeAll(async () => {
  node = await TestNode.started('volumes');
});
afterAll(async () => node.close());

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const meta = (name: string): { name: string; namespace: string } => ({ name, namespace: 'default' });
const settings = (data: Record<string, string>): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: meta('settings'),
  data,
  binaryData: { blob: 'AP8=' },
});
const login: Secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: meta('login'),
  data: { password: base64('hush-hush') },
};

describe('a pod with volumes made of objects', () => {
  it('waits for what is missing, and starts when it is there', async () => {
    node.create('files', {
      securityContext: { fsGroup: 3000 },
      containers: [
        app(SERVES, {
          volumeMounts: [
            { name: 'settings', mountPath: '/settings' },
            { name: 'settings', mountPath: '/one', subPath: 'colour' },
            { name: 'login', mountPath: '/login' },
            { name: 'about', mountPath: '/about' },
            { name: 'all', mountPath: '/all' },
          ],
        }),
      ],
      volumes: [
        { name: 'settings', configMap: { name: 'settings' } },
        { name: 'login', secret: { secretName: 'login', defaultMode: 0o400 } },
        {
          name: 'about',
          downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] },
        },
        {
          name: 'all',
          projected: {
            sources: [
              { configMap: { name: 'settings', items: [{ key: 'blob', path: 'deep/blob', mode: 0o440 }] } },
              { secret: { name: 'login', items: [{ key: 'password', path: 'deep/password' }] } },
              { configMap: { name: 'none', optional: true } },
            ],
          },
        },
        { name: 'unused', configMap: { name: 'never' } },
      ],
    });
    const told = (): string[] =>
      node.events('files').flatMap(({ message, reason }) => (reason === 'FailedMount' ? [message ?? ''] : []));
    await eventually('all that is missing is told', () => told().length === 3);
    expect(told().sort()).toEqual([
      'MountVolume.SetUp failed for volume "all" : [configmap "settings" not found, secret "login" not found]',
      'MountVolume.SetUp failed for volume "login" : secret "login" not found',
      'MountVolume.SetUp failed for volume "settings" : configmap "settings" not found',
    ]);
    expect(node.status('files')?.state?.waiting?.reason).toBe('ContainerCreating');
    expect(await node.containers('files')).toEqual([]);

    node.agent.store.create(settings({ colour: 'red', size: 'large' }));
    node.agent.store.create(login);
    await node.ready('files');
  });

  it('has them as files, with modes and owners', async () => {
    expect(await node.sh('files', 'cd /settings; ls -A | sort | grep -v ^..2; cat colour size; od -An -tx1 blob')).toBe(
      '..data\nblob\ncolour\nsize\nredlarge 00 ff\n',
    );
    expect(
      await node.sh('files', "stat -L -c '%a %u:%g %n' /settings /settings/..data /settings/colour /login/password"),
    ).toBe(
      '2777 0:3000 /settings\n2755 0:3000 /settings/..data\n644 0:3000 /settings/colour\n440 0:3000 /login/password\n',
    );
    expect(await node.sh('files', 'readlink /settings/..data; readlink /settings/colour')).toMatch(
      /^\.\.20\d\d(_\d\d){5}\.\d+\n\.\.data\/colour\n$/,
    );
    expect(await node.sh('files', 'cat /one /login/password /all/deep/password; stat -L -c %a /all/deep/blob')).toBe(
      'redhush-hushhush-hush440\n',
    );
    expect(await node.sh('files', 'mount | grep -cE " /(login|all|about) type tmpfs"; touch /settings/x')).toMatch(
      /^3\n.*Read-only file system/,
    );
    expect(await node.sh('files', 'id -G')).toContain('3000');
  });

  it('sees changes, but not in a part that was mounted', async () => {
    const before = await node.sh('files', 'readlink /settings/..data');
    const { store } = node.agent;
    store.update(settings({ colour: 'blue', shape: 'round' }));
    await eventually('the new colour', async () => (await node.sh('files', 'cat /settings/colour')) === 'blue');
    expect(await node.sh('files', 'ls /settings; cat /one')).toBe('blob\ncolour\nshape\nred');
    expect(await node.sh('files', 'readlink /settings/..data')).not.toBe(before);

    const pod = node.pod('files') as Pod;
    store.update<Pod>({ ...pod, metadata: { ...pod.metadata, labels: { tier: 'web' } } });
    await eventually('the new label', async () => (await node.sh('files', 'cat /about/labels')) === 'tier="web"');
  });

  it('keeps what it has when the object goes, and when the next agent takes over', async () => {
    const { store } = node.agent;
    const before = await node.sh('files', 'readlink /settings/..data');
    store.remove('ConfigMap', 'default/settings');
    await eventually('it is told', () =>
      node.events('files').some(({ count = 0, message }) => count > 1 && message?.includes('volume "settings"')),
    );
    expect(await node.sh('files', 'cat /settings/colour')).toBe('blue');
    store.create(settings({ colour: 'blue', shape: 'round' }));
    await node.halt();
    await node.start();
    await node.ready('files');
    store.list('ConfigMap');
    expect(await node.sh('files', 'readlink /settings/..data; cat /settings/colour')).toBe(`${before}blue`);
  });

  it('tells nobody what is in them, and leaves nothing behind', async () => {
    const [container] = await node.containers('files', 'app');
    const seen = JSON.stringify([
      node.said,
      node.events('files'),
      await node.docker.getContainer(container?.id ?? '').inspect(),
    ]);
    expect(seen).not.toContain('hush-hush');
    expect(seen).not.toContain(base64('hush-hush'));
    node.agent.deletePod('default', 'files');
    await node.gone('files');
    expect((await node.leftovers()).volumes).toEqual([]);
  });
});
