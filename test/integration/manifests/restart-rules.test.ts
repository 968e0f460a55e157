import { expect, it } from '@jest/globals';
import { readLines, useNode } from '../../support/node.js';

const kubelette = useNode();

it('restart-rules: the code 3 starts the worker again although its policy is Never', async () => {
  const pod = await kubelette.node.apply('manifests/restart-rules.yaml');
  const status = await pod.finished();
  expect(status).toMatchObject({
    phase: 'Succeeded',
    containerStatuses: [{ restartCount: 1, lastState: { terminated: { exitCode: 3 } } }],
  });
  expect(await readLines(pod.logs({ previous: true }))).toEqual(['round 1']);
  expect(await readLines(pod.logs())).toEqual(['round 2']);
});
