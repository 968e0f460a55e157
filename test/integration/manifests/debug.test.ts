import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Pod } from '../../../src/api/schema/pod.js';
import { readManifestPods } from '../../../src/testing/manifest.js';
import { TestNode } from '../../support/agent.js';
import { BUSYBOX } from '../../support/docker-world.js';
import { eventually } from '../../support/eventually.js';

let node: TestNode;
beforeAll(async () => {
  node = await TestNode.started('debug');
});
afterAll(async () => node.close());

it('debug: an ephemeral container sees the processes and the network of its target', async () => {
  const { pods } = await readManifestPods('manifests/debug.yaml');
  for (const pod of pods) node.agent.createPod(pod);
  const pod = await node.ready('debug');
  // What `kubectl debug debug --image=... --target=server` sends.
  const script = 'until wget -q -O - http://127.0.0.1/ | grep -i "welcome"; do sleep 0.2; done; cat /proc/1/cmdline';
  const ephemeralContainers = [
    { name: 'tools', image: BUSYBOX, command: ['/bin/busybox', 'sh', '-c', script], targetContainerName: 'server' },
  ];
  node.agent.store.update<Pod>({ ...pod, spec: { ...pod.spec, ephemeralContainers } });
  await eventually('the tools have ended', () =>
    node.pod('debug')?.status?.ephemeralContainerStatuses?.some(({ state }) => state?.terminated?.exitCode === 0),
  );
  expect(await node.logs('debug', 'tools')).toContain('nginx');
  expect(node.status('debug', 'server')).toMatchObject({ ready: true, restartCount: 0 });
});
