import { expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { useNode } from '../../support/node.js';

const kubelette = useNode();

it('probe-exec: the pod is ready as long as the file is there, and is never restarted for it', async () => {
  const pod = await kubelette.node.apply('manifests/probe-exec.yaml');
  await pod.ready();
  await pod.exec(['rm', '/tmp/ready']);
  await eventually('the pod is not ready', () => pod.status().containerStatuses?.[0]?.ready === false);
  expect(pod.events().flatMap(({ message, reason }) => (reason === 'Unhealthy' ? [message] : []))).toContainEqual(
    expect.stringMatching(/^Readiness probe failed: cat: can't open '\/tmp\/ready'/),
  );
  await pod.exec(['touch', '/tmp/ready']);
  const status = await pod.ready();
  expect(status.containerStatuses?.[0]?.restartCount).toBe(0);
});
