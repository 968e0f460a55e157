import { expect, it } from '@jest/globals';
import { readLines, useNode } from '../../support/node.js';

const kubelette = useNode();

it('restart-onfailure: two failures are tried again, the third attempt makes the pod succeed', async () => {
  const pod = await kubelette.node.apply('manifests/restart-onfailure.yaml');
  const status = await pod.finished();
  expect(status.phase).toBe('Succeeded');
  expect(status.containerStatuses?.[0]).toMatchObject({
    restartCount: 2,
    state: { terminated: { exitCode: 0, reason: 'Completed' } },
  });
  expect(await readLines(pod.logs())).toEqual(['attempt 3', 'done']);
});
