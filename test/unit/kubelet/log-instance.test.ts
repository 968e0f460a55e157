import { describe, expect, it } from '@jest/globals';
import type { ContainerStatus } from '../../../src/api/schema/pod.js';
import { chooseLogInstance, type LogInstance } from '../../../src/kubelet/log-instance.js';
import { aPod } from '../../support/builders.js';

const AT = '2026-01-01T00:00:00Z';
const status = (changes: Partial<ContainerStatus>): ContainerStatus => ({
  name: 'app',
  image: 'busybox:1',
  imageID: '',
  ready: false,
  restartCount: 0,
  ...changes,
});
const ended = (id: string): NonNullable<ContainerStatus['state']> => ({
  terminated: { exitCode: 1, reason: 'Error', startedAt: AT, finishedAt: AT, containerID: `docker://${id}` },
});
const waiting = (reason: string): NonNullable<ContainerStatus['state']> => ({ waiting: { reason } });
const running = { running: { startedAt: AT } };
const choose = (given: ContainerStatus | undefined, previous = false): LogInstance =>
  chooseLogInstance(aPod(), 'app', given, previous);

describe('the log that is meant', () => {
  it.each<[string, ContainerStatus, LogInstance]>([
    [
      'is that of the instance that runs',
      status({ restartCount: 2, containerID: 'docker://c', state: running, lastState: ended('b') }),
      { attempt: 2, id: 'c', live: true },
    ],
    [
      'is that of the instance that ended',
      status({ restartCount: 2, containerID: 'docker://c', state: ended('c'), lastState: ended('b') }),
      { attempt: 2, id: 'c', live: false },
    ],
    [
      'is that of the last instance while it waits for its restart',
      status({ restartCount: 2, containerID: 'docker://c', state: waiting('CrashLoopBackOff'), lastState: ended('c') }),
      { attempt: 2, id: 'c', live: false },
    ],
    [
      'is that of the last instance while the next one is created and not yet started',
      status({
        restartCount: 3,
        containerID: 'docker://d',
        state: waiting('ContainerCreating'),
        lastState: ended('c'),
      }),
      { attempt: 2, id: 'c', live: false },
    ],
  ])('%s', (_what, given, wanted) => {
    expect(choose(given)).toEqual(wanted);
  });
});

describe('the previous log', () => {
  it.each<[string, ContainerStatus, LogInstance]>([
    [
      'is that before the running instance',
      status({ restartCount: 2, containerID: 'docker://c', state: running, lastState: ended('b') }),
      { attempt: 1, id: 'b', live: false },
    ],
    [
      'is that before the instance that is shown as ended',
      status({ restartCount: 2, containerID: 'docker://c', state: ended('c'), lastState: ended('b') }),
      { attempt: 1, id: 'b', live: false },
    ],
    [
      'is that of the instance that just died while it waits for its restart',
      status({ restartCount: 2, containerID: 'docker://c', state: waiting('CrashLoopBackOff'), lastState: ended('c') }),
      { attempt: 2, id: 'c', live: false },
    ],
    [
      'is that of the instance that died while the next one is created and not yet started',
      status({
        restartCount: 3,
        containerID: 'docker://d',
        state: waiting('ContainerCreating'),
        lastState: ended('c'),
      }),
      { attempt: 2, id: 'c', live: false },
    ],
  ])('%s', (_what, given, wanted) => {
    expect(choose(given, true)).toEqual(wanted);
  });
});

describe('when there is no log', () => {
  const about = 'container "app" in pod "web"';
  const lost = { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', message: 'lost' } };

  it.each<[string, ContainerStatus | undefined, boolean, string]>([
    [
      'no previous instance',
      status({ containerID: 'docker://a', state: running }),
      true,
      `previous terminated ${about} not found`,
    ],
    [
      'a previous instance that was lost',
      status({ restartCount: 1, state: running, containerID: 'docker://b', lastState: lost }),
      true,
      `previous terminated ${about} not found`,
    ],
    ['no status, and the previous is asked for', undefined, true, `previous terminated ${about} not found`],
    ['no status', undefined, false, `${about} is not available`],
    ['an end without an instance', status({ state: lost }), false, `${about} is terminated`],
    [
      'ErrImagePull',
      status({ state: waiting('ErrImagePull') }),
      false,
      `${about} is waiting to start: image can't be pulled`,
    ],
    [
      'ImagePullBackOff',
      status({ state: waiting('ImagePullBackOff') }),
      false,
      `${about} is waiting to start: trying and failing to pull image`,
    ],
    [
      'ContainerCreating',
      status({ state: waiting('ContainerCreating') }),
      false,
      `${about} is waiting to start: ContainerCreating`,
    ],
    [
      'PodInitializing',
      status({ state: waiting('PodInitializing') }),
      false,
      `${about} is waiting to start: PodInitializing`,
    ],
    [
      'CreateContainerConfigError',
      status({ state: waiting('CreateContainerConfigError') }),
      false,
      `${about} is waiting to start: CreateContainerConfigError`,
    ],
    ['waiting for no reason', status({ state: { waiting: {} } }), false, `${about} is waiting to start - no logs yet`],
    [
      'waiting for an empty reason',
      status({ state: waiting('') }),
      false,
      `${about} is waiting to start - no logs yet`,
    ],
    [
      'waiting for a lost instance',
      status({ restartCount: 1, state: waiting('ContainerCreating'), lastState: lost }),
      false,
      `${about} is waiting to start: ContainerCreating`,
    ],
    ['no state at all', status({}), false, `${about} is waiting to start - no logs yet`],
    ['running without an id', status({ state: running }), false, `${about} is waiting to start - no logs yet`],
  ])('says so: %s', (_what, given, previous, message) => {
    expect(() => choose(given, previous)).toThrow(expect.objectContaining({ code: 'Invalid', message }));
  });
});
