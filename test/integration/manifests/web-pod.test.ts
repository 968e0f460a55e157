import { expect, it } from '@jest/globals';
import { findLine, useNode } from '../../support/node.js';

const kubelette = useNode();

it('web-pod: a web server answers on its port', async () => {
  const pod = await kubelette.node.apply('manifests/web-pod.yaml');
  const status = await pod.ready();
  expect(status).toMatchObject({ phase: 'Running', qosClass: 'BestEffort' });

  const response = await pod.fetch(80, '/');
  expect(response.status).toBe(200);
  expect(await response.text()).toContain('Welcome to nginx!');
  expect((await pod.fetch(80, '/no-such-page')).status).toBe(404);
  await findLine(pod.logs({ follow: true }), /GET \/no-such-page/);
});
