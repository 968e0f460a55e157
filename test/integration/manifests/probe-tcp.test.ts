import { expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { useNode } from '../../support/node.js';

const kubelette = useNode();

it('probe-tcp: a container that accepts no connections any more is restarted', async () => {
  const pod = await kubelette.node.apply('manifests/probe-tcp.yaml');
  await pod.ready();
  await eventually('the server runs', async () => (await pod.exec(['test', '-s', '/tmp/server'])).exitCode === 0);
  // It was there to be killed.
  expect(await pod.exec(['sh', '-c', 'kill -9 $(cat /tmp/server)'])).toMatchObject({ exitCode: 0, stderr: '' });
  await eventually('the restart', () => pod.status().containerStatuses?.[0]?.restartCount === 1);
  expect(pod.events().map(({ message }) => message)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^Liveness probe failed: dial tcp [\d.]+:7000: connect: connection refused$/),
      'Container server failed liveness probe, will be restarted',
    ]),
  );
  await pod.ready();
});
