import { totalmem } from 'node:os';
import { expect, it } from '@jest/globals';
import { useNode } from '../../support/node.js';
import { processFacts } from '../../support/process-facts.js';

const kubelette = useNode();
const MIB = 1024 * 1024;

it('resources: limits are those of the cgroup, and requests say who is killed first', async () => {
  const pod = await kubelette.node.apply('manifests/resources.yaml');
  expect((await pod.ready()).qosClass).toBe('Burstable');
  const facts = await processFacts(pod, 'burstable');
  expect(facts).toMatchObject({ memoryBytes: 64 * MIB, cpuQuotaUs: 50_000 });
  const score = 1000 - Math.floor((1000 * 32 * MIB) / totalmem());
  expect(facts.oomScoreAdj).toBe(Math.min(999, score));
});
