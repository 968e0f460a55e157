import { describe, expect, it } from '@jest/globals';
import { podRequests } from '../../../src/api/pod-requests.js';
import type { Container, PodSpec } from '../../../src/api/schema/pod.js';
import { aContainer, aPod } from '../../support/builders.js';

type Amounts = Record<string, string>;
const asking = (requests: Amounts, more: Partial<Container> = {}): Container =>
  aContainer('c', { resources: { requests }, ...more });
const sidecar = (requests: Amounts): Container => asking(requests, { restartPolicy: 'Always' });

describe('what a pod counts on', () => {
  it.each<[string, Partial<PodSpec>, Record<string, bigint>]>([
    ['nothing without requests', {}, {}],
    [
      'all main containers together',
      { containers: [asking({ cpu: '1', memory: '1Ki' }), asking({ cpu: '250m' })] },
      { cpu: 1250n, memory: 1024n },
    ],
    [
      'one init container at a time',
      { initContainers: [asking({ cpu: '2' }), asking({ cpu: '3' })], containers: [asking({ cpu: '1' })] },
      { cpu: 3000n },
    ],
    [
      'sidecars beside the main containers',
      { initContainers: [sidecar({ cpu: '1' })], containers: [asking({ cpu: '1' })] },
      { cpu: 2000n },
    ],
    [
      'sidecars beside later init containers',
      { initContainers: [sidecar({ cpu: '1' }), asking({ cpu: '3' })], containers: [asking({ cpu: '1' })] },
      { cpu: 4000n },
    ],
    [
      'the pod as a whole',
      { resources: { requests: { cpu: '5' } }, containers: [asking({ cpu: '1', memory: '1' })] },
      { cpu: 5000n, memory: 1n },
    ],
    ['its overhead', { overhead: { cpu: '100m' }, containers: [asking({ cpu: '1' })] }, { cpu: 1100n }],
  ])('is %s', (_what, spec, amounts) => {
    expect(Object.fromEntries(podRequests(aPod(spec).spec))).toEqual(amounts);
  });
});
