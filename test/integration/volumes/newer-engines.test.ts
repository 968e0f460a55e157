import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { VolumeMount } from '../../../src/api/schema/container.js';
import { compareVersions } from '../../../src/docker/api-version.js';
import { app, SERVES, TestNode } from '../../support/agent.js';
import { BUSYBOX } from '../../support/docker-world.js';

let node: TestNode;
beforeAll(async () => {
  node = await TestNode.started('newer');
});
afterAll(async () => node.close());

/** What an engine may be too old for has both answers here: how it works, and how it is refused. */
const speaks = (apiVersion: string): boolean => compareVersions(node.agent.engine.apiVersion, apiVersion) >= 0;

describe('a newer engine', () => {
  it('makes all below a mount read-only (API 1.44), which an older one refuses', async () => {
    // The one directory of every Linux host that has another file system in it.
    const mount = (name: string, more: Partial<VolumeMount>): VolumeMount => ({
      name: 'devices',
      mountPath: `/${name}`,
      readOnly: true,
      ...more,
    });
    const devices = { name: 'devices', hostPath: { path: '/dev' } };
    node.create('flat', {
      containers: [
        app(SERVES, {
          volumeMounts: [
            mount('plain', {}),
            mount('off', { recursiveReadOnly: 'Disabled' }),
            mount('maybe', { recursiveReadOnly: 'IfPossible' }),
          ],
        }),
      ],
      volumes: [devices],
    });
    node.create('deep', {
      containers: [app(SERVES, { volumeMounts: [mount('on', { recursiveReadOnly: 'Enabled' })] })],
      volumes: [devices],
    });
    await node.ready('flat');
    expect(await options('flat', 'plain', 'plain/shm', 'off', 'off/shm')).toEqual(['ro', 'rw', 'ro', 'rw']);
    expect(await options('flat', 'maybe', 'maybe/shm')).toEqual(['ro', speaks('1.44') ? 'ro' : 'rw']);
    if (!speaks('1.44')) {
      await node.waits('deep', 'CreateContainerError');
      expect(node.status('deep')?.state?.waiting?.message).toContain(
        'this engine cannot make recursive read-only mounts: that takes API 1.44 (Docker 25)',
      );
      return;
    }
    await node.ready('deep');
    expect(await options('deep', 'on', 'on/shm')).toEqual(['ro', 'ro']);
  });

  it('mounts images, whole and in part (API 1.48), which an older one refuses', async () => {
    node.create('image', {
      containers: [
        app(SERVES, {
          volumeMounts: [
            { name: 'tools', mountPath: '/tools' },
            { name: 'tools', mountPath: '/programs', subPath: 'bin' },
            { name: 'again', mountPath: '/again' },
          ],
        }),
      ],
      volumes: ['tools', 'again'].map((name) => ({ name, image: { reference: BUSYBOX, pullPolicy: 'IfNotPresent' } })),
    });
    if (!speaks('1.48')) {
      await node.waits('image', 'CreateContainerError');
      expect(node.status('image')?.state?.waiting?.message).toMatch(
        /^image volumes take Docker 28 \(API 1\.48\), and this is /,
      );
      return;
    }
    await node.ready('image');
    expect(await node.sh('image', '/tools/bin/busybox echo whole; /programs/busybox echo part')).toBe('whole\npart\n');
    expect(await node.sh('image', 'cmp /tools/etc/passwd /again/etc/passwd && echo same')).toBe('same\n');
    expect(await node.sh('image', 'echo x > /tools/x')).toContain('Read-only file system');
    expect(await node.sh('image', 'echo x > /programs/x')).toContain('Read-only file system');
  });

  /** `ro` or `rw` of each mount point, as the kernel has it. */
  async function options(pod: string, ...points: string[]): Promise<string[]> {
    const table = (await node.sh(pod, 'cat /proc/self/mountinfo')).split('\n').map((line) => line.split(' '));
    return points.map((point) => {
      const row = table.find((fields) => fields[4] === `/${point}`);
      return row?.[5]?.split(',')[0] ?? 'not mounted';
    });
  }
});
