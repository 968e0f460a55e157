import { expect, it } from '@jest/globals';
import { readLines, useNode } from '../../support/node.js';

const kubelette = useNode();

it('init-containers: both run to their end in order, then the app starts', async () => {
  const pod = await kubelette.node.apply('manifests/init-containers.yaml');
  const status = await pod.ready();
  const ends = (status.initContainerStatuses ?? []).map(({ name, state }) => [name, state?.terminated?.exitCode]);
  expect(ends).toEqual([
    ['first', 0],
    ['second', 0],
  ]);
  const time = (text: string | undefined): number => Date.parse(text ?? '');
  const [first, second] = (status.initContainerStatuses ?? []).map(({ state }) => state?.terminated);
  const app = status.containerStatuses?.[0]?.state?.running;
  expect(time(first?.finishedAt)).toBeLessThanOrEqual(time(second?.startedAt));
  expect(time(second?.finishedAt)).toBeLessThanOrEqual(time(app?.startedAt));

  expect(await (await pod.fetch(80)).text()).toBe('first was here\nthen second\n');
  expect(await readLines(pod.logs({ container: 'first' }))).toEqual(['first is done']);
  expect(await readLines(pod.logs({ container: 'second' }))).toEqual(['second is done']);
});
