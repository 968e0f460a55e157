import { expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { useNode } from '../../support/node.js';

const kubelette = useNode();

it('probe-http: the pod is ready when its server answers well', async () => {
  const pod = await kubelette.node.apply('manifests/probe-http.yaml');
  await pod.ready();
  expect(await (await pod.fetch(8080, '/healthz')).text()).toBe('ok\n');
  await pod.exec(['rm', '/tmp/www/healthz']);
  await eventually('the pod is not ready', () => pod.status().containerStatuses?.[0]?.ready === false);
  // Not the only one where the first probe came before the server.
  expect(pod.events().flatMap(({ message, reason }) => (reason === 'Unhealthy' ? [message] : []))).toContain(
    'Readiness probe failed: HTTP probe failed with statuscode: 404',
  );
});
