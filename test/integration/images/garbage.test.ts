import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { runImageCollector } from '../../../src/kubelet/images/image-collector.js';
import { PulledImages } from '../../../src/kubelet/images/pulled-images.js';
import { systemClock } from '../../../src/lib/clock.js';
import { silentLogger } from '../../../src/lib/logger.js';
import { app, SERVES, TestNode } from '../../support/agent.js';
import { openDockerWorld, type DockerWorld } from '../../support/docker-world.js';
import { eventually } from '../../support/eventually.js';
import { TestRegistry } from '../../support/registry.js';

let registry: TestRegistry;
let node: TestNode;
let world: DockerWorld;

beforeAll(async () => {
  registry = await TestRegistry.open();
  node = await TestNode.started('garbage');
  world = await openDockerWorld('garbage');
});
afterAll(async () => {
  await node.close();
  await world.close();
  await registry.close();
});

const tags = async (): Promise<string[]> =>
  (await node.docker.listImages())
    .flatMap(({ RepoTags }) => RepoTags ?? [])
    .filter((tag) => tag.includes(registry.host));

it('of the images on the engine only those go that pods brought, that nobody named, and that nothing uses', async () => {
  for (const name of ['unused', 'used', 'named', 'pulled-before']) await registry.variant(name, '1', `NAME=${name}`);
  const runtime = await world.runtime();
  const { signal } = new AbortController();
  // The user's own pull.
  await runtime.images.pull(registry.ref('pulled-before:1'), undefined, () => undefined, signal);
  for (const name of ['unused', 'used', 'named', 'pulled-before'])
    node.create(name, { containers: [app(SERVES, { image: registry.ref(`${name}:1`), imagePullPolicy: 'Always' })] });
  for (const name of ['unused', 'used', 'named', 'pulled-before']) await node.ready(name);
  await node.docker.getImage(registry.ref('named:1')).tag({ repo: registry.ref('keep'), tag: 'this' });
  for (const name of ['unused', 'named', 'pulled-before']) node.agent.deletePod('default', name);
  for (const name of ['unused', 'named', 'pulled-before']) await node.gone(name);

  // A disk that is full, whatever the machine's is.
  const stop = new AbortController();
  const collecting = runImageCollector(
    {
      images: runtime.images,
      host: {
        info: async () => ({ ...(await runtime.host.info(signal)), disk: { capacityBytes: 1e12, availableBytes: 1 } }),
      },
      pulled: new PulledImages({
        path: `${node.dataDir}/pulled-images.json`,
        clock: systemClock,
        logger: silentLogger,
      }),
      policy: { highPercent: 85, lowPercent: 80, minimumAgeMs: 0 },
      nodeName: node.nodeName,
      events: { event: () => stop.abort() },
      clock: systemClock,
      logger: silentLogger,
    },
    stop.signal,
  );
  await collecting;
  await eventually('the image is gone', async () => !(await tags()).includes(registry.ref('unused:1')));
  expect((await tags()).sort()).toEqual(
    ['keep:this', 'named:1', 'pulled-before:1', 'used:1'].map((name) => registry.ref(name)),
  );
});
