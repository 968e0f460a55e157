import { describe, expect, it } from '@jest/globals';
import type { ContainerStatus, Pod, PodStatus } from '../../../../src/api/schema/pod.js';
import { computeOutcome } from '../../../../src/cli/run/outcome.js';
import { podOf } from '../../../support/fake-agent.js';

const ended = (name: string, exitCode: number, reason = exitCode === 0 ? 'Completed' : 'Error'): ContainerStatus => ({
  name,
  ready: false,
  restartCount: 0,
  image: '',
  imageID: '',
  state: { terminated: { exitCode, reason } },
});
const pod = (name: string, status: PodStatus): Pod => ({ ...podOf(name), status });

describe('computeOutcome', () => {
  it('is 0 when all pods succeeded', () => {
    expect(computeOutcome([pod('a', { phase: 'Succeeded', containerStatuses: [ended('x', 0)] })])).toEqual({
      exitCode: 0,
      lines: ['pod a succeeded'],
    });
  });

  it('is the exit code of the one container that failed', () => {
    const outcome = computeOutcome([
      pod('a', { phase: 'Succeeded' }),
      pod('b', { phase: 'Failed', containerStatuses: [ended('x', 0), ended('y', 42)] }),
    ]);
    expect(outcome).toEqual({
      exitCode: 42,
      lines: ['pod a succeeded', 'pod b failed: container y ended with exit code 42 (Error)'],
    });
  });

  it('counts init containers too', () => {
    expect(computeOutcome([pod('a', { phase: 'Failed', initContainerStatuses: [ended('i', 5)] })]).exitCode).toBe(5);
  });

  it('is 1 when several containers failed', () => {
    const status: PodStatus = { phase: 'Failed', containerStatuses: [ended('x', 3), ended('y', 3)] };
    expect(computeOutcome([pod('a', status)]).exitCode).toBe(1);
  });

  it('is 1 when a pod failed and no container says why', () => {
    expect(computeOutcome([pod('a', { phase: 'Failed', reason: 'DeadlineExceeded', message: 'too long' })])).toEqual({
      exitCode: 1,
      lines: ['pod a failed: DeadlineExceeded: too long'],
    });
  });
});
