import { expect, it } from '@jest/globals';
import { readLines, useNode } from '../../support/node.js';

const kubelette = useNode();

it('restart-onfailure: a failure is tried again, the second attempt makes the pod succeed', async () => {
  const pod = await kubelette.node.apply('manifests/restart-onfailure.yaml');
  const status = await pod.finished();
  expect(status.phase).toBe('Succeeded');
  expect(status.containerStatuses?.[0]).toMatchObject({
    restartCount: 1,
    state: { terminated: { exitCode: 0, reason: 'Completed' } },
  });
  expect(await readLines(pod.logs({ previous: true }))).toEqual(['attempt 1']);
  expect(await readLines(pod.logs())).toEqual(['attempt 2', 'done']);
});
