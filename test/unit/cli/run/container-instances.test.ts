import { describe, expect, it } from '@jest/globals';
import type { ContainerState, Pod } from '../../../../src/api/schema/pod.js';
import { newInstances } from '../../../../src/cli/run/container-instances.js';
import { podOf } from '../../../support/fake-agent.js';

const RUNNING: ContainerState = { running: {} };
const ENDED: ContainerState = { terminated: { exitCode: 1 } };

const pod = (restartCount: number, state: ContainerState, lastState?: ContainerState): Pod => ({
  ...podOf('web'),
  status: {
    containerStatuses: [
      { name: 'app', ready: false, image: '', imageID: '', restartCount, state, ...(lastState ? { lastState } : {}) },
    ],
  },
});
const current = (attempt: number): unknown => ({ container: 'app', attempt, previous: false });
const previous = (attempt: number): unknown => ({ container: 'app', attempt, previous: true });

describe('newInstances', () => {
  it('finds none before the container has started', () => {
    expect(newInstances(pod(0, { waiting: { reason: 'ContainerCreating' } }), new Map())).toEqual([]);
  });

  it('finds the first instance, running or already ended', () => {
    expect(newInstances(pod(0, RUNNING), new Map())).toEqual([current(0)]);
    expect(newInstances(pod(0, ENDED), new Map())).toEqual([current(0)]);
  });

  it('finds an instance only once', () => {
    expect(newInstances(pod(0, ENDED), new Map([['app', 0]]))).toEqual([]);
    expect(newInstances(pod(1, RUNNING), new Map([['app', 0]]))).toEqual([current(1)]);
  });

  it('finds the instance before the current one when that came and went unseen', () => {
    expect(newInstances(pod(1, RUNNING), new Map())).toEqual([previous(0), current(1)]);
    expect(newInstances(pod(7, RUNNING), new Map([['app', 4]]))).toEqual([previous(6), current(7)]);
  });

  it('finds the instance that ended while the next one waits', () => {
    expect(newInstances(pod(1, { waiting: { reason: 'CrashLoopBackOff' } }, ENDED), new Map([['app', 0]]))).toEqual([
      current(1),
    ]);
  });
});
