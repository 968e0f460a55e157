import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { findLine, readLines, useNode } from '../../support/node.js';

const kubelette = useNode();

it('restart-always: a container that ends is started again, at once the first time, then after a wait', async () => {
  // Twenty seconds are right for looking at it and too long for a test.
  const manifest = (await readFile('manifests/restart-always.yaml', 'utf8')).replace("value: '20'", "value: '1'");
  const pod = await kubelette.node.apply(manifest);

  const waiting = await eventually('the second restart waits', () => {
    const container = pod.status().containerStatuses?.[0];
    return container?.state?.waiting?.reason === 'CrashLoopBackOff' ? container : undefined;
  });
  expect(waiting.restartCount).toBe(1);
  expect(waiting.state?.waiting?.message).toMatch(
    /^back-off 10s restarting failed container=app pod=restart-always_default\(.+\)$/,
  );
  expect(waiting.lastState?.terminated).toMatchObject({ exitCode: 1, reason: 'Error' });

  await eventually('the second restart', () => pod.status().containerStatuses?.[0]?.restartCount === 2);
  await findLine(pod.logs({ follow: true }), /^started$/);
  expect(await readLines(pod.logs({ previous: true }))).toEqual(['started', 'ending with exit code 1']);
  expect(pod.events().some(({ type, reason }) => type === 'Warning' && reason === 'BackOff')).toBe(true);
});
