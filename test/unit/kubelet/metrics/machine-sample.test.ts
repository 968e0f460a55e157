import { totalmem } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { sampleMachine } from '../../../../src/kubelet/metrics/machine-sample.js';
import { T0 } from '../../../support/builders.js';
import { FakeClock } from '../../../support/fake-clock.js';

describe('a sample of the machine', () => {
  it('has a moment, CPU time that only grows, and no more memory in use than there is', () => {
    const clock = new FakeClock();
    const before = sampleMachine(clock);
    const after = sampleMachine(clock);
    expect(before.takenAt).toBe(T0);
    expect(before.cpuNanos).toBeGreaterThan(0);
    expect(after.cpuNanos).toBeGreaterThanOrEqual(before.cpuNanos);
    expect(before.memory.workingSetBytes).toBeGreaterThan(0);
    expect(before.memory.workingSetBytes).toBeLessThanOrEqual(totalmem());
  });
});
