import { expect, it } from '@jest/globals';
import { useNode } from '../../support/node.js';

const kubelette = useNode();

it('probe-startup: a slow container is neither ready nor killed before it is up', async () => {
  const pod = await kubelette.node.apply('manifests/probe-startup.yaml');
  const status = await pod.ready();
  expect(status.containerStatuses?.[0]).toMatchObject({ started: true, restartCount: 0 });
  const told = pod.events().filter(({ reason }) => reason === 'Unhealthy');
  expect(told.map(({ message }) => message)).toEqual(['Startup probe failed: ']);
});
