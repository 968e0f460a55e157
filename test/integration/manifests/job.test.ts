import { expect, it } from '@jest/globals';
import { readLines, useNode } from '../../support/node.js';

const kubelette = useNode();

it('job: the pod succeeds when the work is done, and its sidecar is ended', async () => {
  const pod = await kubelette.node.apply('manifests/job.yaml');
  const status = await pod.finished();
  expect(status.phase).toBe('Succeeded');
  expect(await readLines(pod.logs({ container: 'work' }))).toEqual(['the sum is 15']);

  const clerk = await readLines(pod.logs({ container: 'clerk' }));
  expect(clerk[0]).toBe('clerk: ready');
  expect(clerk).toContain('after 1: 1');
  expect(clerk.at(-1)).toBe('clerk: the work is done, after 5: 15');
  expect(status.initContainerStatuses?.[0]?.state?.terminated?.exitCode).toBe(0);
});
