import { expect, it } from '@jest/globals';
import { useNode } from '../../support/node.js';
import { processFacts } from '../../support/process-facts.js';

const kubelette = useNode({ podSecurity: 'restricted' });

it('restricted: passes the strictest level, which other pods do not', async () => {
  const pod = await kubelette.node.apply('manifests/restricted.yaml');
  await pod.ready();
  const { status } = await processFacts(pod, 'app');
  expect(status).toMatchObject({ NoNewPrivs: '1', Seccomp: '2', CapBnd: '0000000000000000' });
  await expect(kubelette.node.apply('manifests/web-pod.yaml')).rejects.toMatchObject({
    code: 'Forbidden',
    message: expect.stringMatching(/^pods "web" is forbidden: violates PodSecurity "restricted:latest": allowPriv/),
  });
});
