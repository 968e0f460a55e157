import { expect, it } from '@jest/globals';
import { findLine, readLines, useNode } from '../../support/node.js';

const kubelette = useNode();

it('hooks: one runs before the container is ready, the other before it is stopped', async () => {
  const pod = await kubelette.node.apply('manifests/hooks.yaml');
  await pod.ready();
  // It looks for what the hook made every tenth of a second, and may do so after the pod is ready.
  await findLine(pod.logs({ container: 'app', follow: true }), /^app: warm$/);
  const lines = readLines(pod.logs({ container: 'app', follow: true }));
  await pod.delete({ graceSeconds: 60 });
  expect(await lines).toEqual(['postStart: warming up', 'app: warm', 'preStop: draining', 'app: asked to end']);
});
