import { expect, it } from '@jest/globals';
import { readLines, useNode } from '../../support/node.js';

const kubelette = useNode();

it('restart-never: one try, and the exit code stays to be seen', async () => {
  const pod = await kubelette.node.apply('manifests/restart-never.yaml');
  const status = await pod.finished();
  expect(status.phase).toBe('Failed');
  expect(status.containerStatuses?.[0]).toMatchObject({
    restartCount: 0,
    state: { terminated: { exitCode: 3, reason: 'Error' } },
  });
  expect(await readLines(pod.logs())).toEqual(['giving up with exit code 3']);
});
