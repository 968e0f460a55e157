import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../src/api/schema/pod.js';
import { app, SERVES, TestNode } from '../../support/agent.js';
import { eventually } from '../../support/eventually.js';
import { TestRegistry } from '../../support/registry.js';

let registry: TestRegistry;
let node: TestNode;

beforeAll(async () => {
  registry = await TestRegistry.open();
  node = await TestNode.started('pull');
});
afterAll(async () => {
  await node.close();
  await registry.close();
});

const create = (name: string, image: string, policy: 'Always' | 'IfNotPresent' | 'Never' = 'IfNotPresent'): Pod =>
  node.create(name, { containers: [app(SERVES, { image, imagePullPolicy: policy })] });
const lines = (name: string): string[] =>
  node.events(name).map(({ message, reason }) => `${reason ?? ''}: ${message ?? ''}`);
const waiting = (name: string): string => node.status(name)?.state?.waiting?.message ?? '';
const version = async (name: string): Promise<string> =>
  (await node.read(name, '/proc/1/environ')).split('\0').find((one) => one.startsWith('VERSION=')) ?? '';
const imageId = (name: string): string => node.status(name)?.imageID ?? '';

describe('a pull from a registry', () => {
  it('of a tag that is not there fails, and backs off', async () => {
    const image = registry.ref('late:1');
    create('late', image);
    await node.waits('late', 'ImagePullBackOff');
    expect(waiting('late')).toMatch(
      new RegExp(
        // The second is what it says with the image store of containerd.
        `^Back-off pulling image "${image}": ErrImagePull: Error response from daemon: (manifest for ${image} not found: manifest unknown|failed to resolve reference "${image}": ${image}: not found)`,
      ),
    );
    expect(lines('late').map((line) => line.replace(/(daemon: ).* not found.*$/, '$1not found'))).toEqual([
      `Pulling: Pulling image "${image}"`,
      `Failed: Failed to pull image "${image}": Error response from daemon: not found`,
      'Failed: Error: ErrImagePull',
      `BackOff: Back-off pulling image "${image}"`,
      'Failed: Error: ImagePullBackOff',
    ]);
  });

  it('brings what is absent, says how long it took, and the status names image and digest', async () => {
    const digest = await registry.variant('first', '1', 'VERSION=1', 10_000);
    create('first', registry.ref('first:1'));
    await node.ready('first');
    const image = registry.ref('first:1');
    const [pulling, pulled] = lines('first').filter((line) => line.startsWith('Pull'));
    expect(pulling).toBe(`Pulling: Pulling image "${image}"`);
    expect(pulled).toMatch(
      /^Pulled: Successfully pulled image "[^"]+" in [\d.]+m?s \([\d.]+m?s including waiting\)\. Image size: \d+ bytes\.$/,
    );
    expect(node.status('first')).toMatchObject({
      image,
      imageID: `docker-pullable://${registry.ref('first')}@${digest}`,
    });
    expect(node.said.map(({ msg }) => msg)).toContain('pulled image');

    create('again', image);
    await node.ready('again');
    expect(lines('again')[0]).toBe(`Pulled: Container image "${image}" already present on machine`);
  });

  it('is one for two pods', async () => {
    await registry.variant('shared', '1', 'VERSION=1', 10_000);
    const asked = (): number => registry.requests.filter((line) => line.includes('/shared/manifests/1')).length;
    let release = (): void => undefined;
    const released = new Promise<boolean>((resolve) => {
      release = () => resolve(false);
    });
    registry.intercept = (line) => (line.includes('/shared/manifests/1') ? released : false);
    create('one', registry.ref('shared:1'));
    await eventually('the registry is asked', () => asked() > 0);
    create('two', registry.ref('shared:1'));
    await eventually('the second pulls as well', () => node.reasons('two').includes('Pulling'));
    release();
    await node.ready('one');
    await node.ready('two');
    const manifests = registry.requests.filter((line) => line.startsWith('GET') && line.includes('/shared/manifests/'));
    expect(manifests).toHaveLength(1);
    expect(node.reasons('two')).toContain('Pulled');
  });

  it('with policy Always gets what the tag means now; a digest stays what it is', async () => {
    const first = await registry.variant('moving', 'stable', 'VERSION=1');
    create('before', registry.ref('moving:stable'), 'Always');
    await node.ready('before');
    const second = await registry.variant('moving', 'stable', 'VERSION=2');
    create('after', registry.ref('moving:stable'), 'Always');
    create('present', registry.ref('moving:stable'));
    create('pinned', registry.ref(`moving@${first}`));
    for (const name of ['after', 'present', 'pinned']) await node.ready(name);
    expect(await version('before')).toBe('VERSION=1');
    expect(await version('after')).toBe('VERSION=2');
    expect(await version('pinned')).toBe('VERSION=1');
    expect(imageId('after')).toBe(`docker-pullable://${registry.ref('moving')}@${second}`);
    expect(imageId('pinned')).toBe(`docker-pullable://${registry.ref('moving')}@${first}`);
  });

  it('that the registry cannot serve now, or nobody serves, or has no name, says so', async () => {
    registry.intercept = (line, response) => {
      if (!line.includes('/busy/')) return false;
      response.writeHead(503).end('<html>');
      return true;
    };
    create('busy', registry.ref('busy:1'));
    create('nobody', '127.0.0.1:1/app:1');
    create('nameless', 'UPPER:1');
    create('never', registry.ref('elsewhere:1'), 'Never');
    await eventually('the registry is known to be away', () => waiting('busy').includes('RegistryUnavailable'));
    registry.intercept = () => false;
    expect(waiting('busy')).toContain(
      `RegistryUnavailable: image pull failed for ${registry.ref('busy:1')} because the registry is unavailable: `,
    );
    await node.waits('nobody', 'ImagePullBackOff');
    expect(waiting('nobody')).toContain('connection refused');
    await node.waits('nameless', 'InvalidImageName');
    await node.waits('never', 'ErrImageNeverPull');
  });

  it('is done again by itself, and heals', async () => {
    await registry.variant('late', '1', 'VERSION=1');
    // The wait between two tries doubles: the next one may be more than a minute away.
    await node.ready('late', 200_000);
  });
});

it('a pull that stalls is given up, and meanwhile keeps nobody else from starting', async () => {
  const stalled = await TestNode.started('stalled', { images: { pullDeadlineMs: 3_000 } });
  try {
    await registry.variant('big', '1', 'VERSION=1', 3_000_000);
    registry.intercept = (line, response) => {
      if (!line.startsWith('GET') || !line.includes('/big/blobs/')) return false;
      response.writeHead(200, { 'content-length': 3_000_000 }).write(Buffer.alloc(100_000));
      return true;
    };
    stalled.create('big', { containers: [app(SERVES, { image: registry.ref('big:1') })] });
    await eventually('the pull goes on', () => stalled.reasons('big').includes('Pulling'));
    stalled.create('small', {});
    await stalled.ready('small');
    await stalled.waits('big', 'ImagePullBackOff');
    expect(stalled.status('big')?.state?.waiting?.message).toContain(
      `ErrImagePull: pull of image "${registry.ref('big:1')}" made no progress for 3 s and was given up`,
    );
  } finally {
    registry.intercept = () => false;
    await stalled.close();
  }
});
