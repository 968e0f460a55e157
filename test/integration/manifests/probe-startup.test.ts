import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { useNode } from '../../support/node.js';

const kubelette = useNode();

it('probe-startup: a slow container is neither ready nor killed before it is up', async () => {
  // As slow as it takes to be probed before: two seconds may be over by then.
  const manifest = (await readFile('manifests/probe-startup.yaml', 'utf8')).replace(
    'sleep 2;',
    'until [ -e /tmp/probed ]; do sleep 0.1; done;',
  );
  const pod = await kubelette.node.apply(manifest);
  const told = (): (string | undefined)[] =>
    pod.events().flatMap(({ message, reason }) => (reason === 'Unhealthy' ? [message] : []));
  await eventually('it was probed', () => told().includes('Startup probe failed: '));
  expect(pod.status().containerStatuses?.[0]).toMatchObject({ started: false, ready: false });
  await pod.exec(['touch', '/tmp/probed']);
  const status = await pod.ready();
  expect(status.containerStatuses?.[0]).toMatchObject({ started: true, restartCount: 0 });
  expect(told().filter((message) => message?.startsWith('Startup probe ') !== true)).toEqual([]);
});
