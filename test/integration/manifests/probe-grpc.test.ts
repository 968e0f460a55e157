import { expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { useNode } from '../../support/node.js';

const kubelette = useNode();

it('probe-grpc: the pod is ready as long as its server says that it serves', async () => {
  const pod = await kubelette.node.apply('manifests/probe-grpc.yaml');
  await pod.ready();
  await pod.exec(['sh', '-c', 'echo 2 > /tmp/status']);
  await eventually('it is not ready', () => pod.status().containerStatuses?.[0]?.ready === false);
  expect(pod.events().map(({ message }) => message)).toContain(
    'Readiness probe failed: service unhealthy (responded with "NOT_SERVING")',
  );
  await pod.exec(['sh', '-c', 'echo 1 > /tmp/status']);
  await pod.ready();
  expect(pod.status().containerStatuses?.[0]?.restartCount).toBe(0);
});
