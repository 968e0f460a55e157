import { describe, expect, it } from '@jest/globals';
import type { ContainerStatus, PodStatus } from '../../../../src/api/schema/pod-status.js';
import type { Pod, PodSpec } from '../../../../src/api/schema/pod.js';
import { toRfc3339 } from '../../../../src/lib/time.js';
import { computePodActions } from '../../../../src/kubelet/core/plan/pod-actions.js';
import { computePodStatus } from '../../../../src/kubelet/core/status/pod-status.js';
import type { SyncInput } from '../../../../src/kubelet/core/plan/sync-input.js';
import type { ContainerKind, ObservedContainer } from '../../../../src/runtime/observed.js';
import { aContainer, anInstance, aPod, aSandbox, ended, observedPod, T0 } from '../../../support/builders.js';

const HOUR_MS = 3_600_000;

const inputOf = (pod: Pod, containers: readonly ObservedContainer[], changes: Partial<SyncInput> = {}): SyncInput => ({
  pod,
  observed: observedPod(containers),
  problems: new Map(),
  now: T0 + 2_000,
  ...changes,
});

/** What is done, in short: `start app 1`, `killContainer app-0 30`. */
const actions = (input: SyncInput): string[] =>
  computePodActions(input).actions.map((action) => {
    switch (action.kind) {
      case 'startContainer':
        return `start ${action.name} ${action.attempt}`;
      case 'killContainer':
        return `kill ${action.id} ${action.graceSeconds}`;
      default:
        return 'id' in action ? `${action.kind} ${action.id}` : action.kind;
    }
  });

const statusOf = (input: SyncInput): PodStatus =>
  computePodStatus(input, computePodActions(input), { hostIP: '192.0.2.1', messages: new Map(), agentNow: input.now });

const initialized = (input: SyncInput): string | undefined =>
  statusOf(input).conditions?.find(({ type }) => type === 'Initialized')?.status;

const inits = (...names: string[]): Partial<PodSpec> => ({
  initContainers: names.map((name) => aContainer(name)),
  containers: [aContainer('app')],
});

/** The second sandbox runs, and the first is gone. */
const second = { sandboxes: [aSandbox({ attempt: 1, startedAt: T0 + 585 })] };
const inSecond = (containers: readonly ObservedContainer[], pod: Pod, now = T0 + 2_000): SyncInput =>
  inputOf(pod, containers, { observed: { ...observedPod(containers), ...second }, now });

const published = (name: string, changes: Partial<ContainerStatus>): ContainerStatus => {
  const plain = { name, image: 'busybox:1', imageID: '', ready: false, restartCount: 0 };
  return { ...plain, containerID: `docker://${name}-0`, ...changes };
};
const RESTARTING_ALL = { type: 'AllContainersRestarting', status: 'True' } as const;

/** Each mistake that the simulation found (docs/testing.md), in its plainest form. */
describe('what the simulation found:', () => {
  it('a container whose removal hangs is no reason for another sandbox', () => {
    expect(actions(inSecond([anInstance('app', { state: 'unknown' })], aPod()))).toEqual(['kill app-0 30']);
  });

  it('a back-off does not last until a clock that was set back has got there again', () => {
    const crashed = anInstance('app', { ...ended(1, T0 + HOUR_MS), backoffMs: 10_000 });
    expect(actions(inputOf(aPod(), [crashed]))).toEqual(['start app 1']);
  });

  it('Initialized is not taken back, and nothing begins anew, while an app waits to be started again', () => {
    const sidecar = aContainer('side', { restartPolicy: 'Always' });
    const pod = aPod({ initContainers: [sidecar, aContainer('one')], containers: [aContainer('app')] });
    const crashed = anInstance('app', { ...ended(1), backoffMs: 10_000 });
    const input = inputOf(pod, [crashed, anInstance('side', { kind: 'sidecar', ...ended(0) })]);
    expect(actions(input)).toEqual(['start side 1']);
    expect(initialized(input)).toBe('True');
  });

  it('what was created for an earlier sandbox is no progress in this one', () => {
    const created = anInstance('two', { kind: 'init', state: 'created' });
    expect(actions(inSecond([created], aPod(inits('one', 'two'))))).toEqual(['removeContainer two-0', 'start one 0']);
  });

  it('a grace is not longer because the clock was set back while a preStop hook ran', () => {
    const preStops = new Map([['app-0', T0 + HOUR_MS]]);
    expect(actions(inputOf(aPod(), [anInstance('app')], { preStops }))).toEqual(['kill app-0 30']);
  });

  it('a pod is not Initialized by an init container that was out of memory and runs again', () => {
    const dead = anInstance('one', { kind: 'init', ...ended(0), oomKilled: true });
    expect(initialized(inputOf(aPod(inits('one')), [dead]))).toBe('False');
  });

  it('nor when its record was removed: with policy Never it failed the pod', () => {
    const { initContainerStatuses = [] } = statusOf(
      inputOf(aPod(inits('one')), [anInstance('one', { kind: 'init', ...ended(0), oomKilled: true })]),
    );
    const pod = aPod(
      { ...inits('one'), restartPolicy: 'Never' },
      { status: { phase: 'Pending', initContainerStatuses } },
    );
    expect(actions(inputOf(pod, []))).toEqual(['stopSandbox sandbox-0']);
  });

  it('one that nobody saw running before it was taken away did run: Never starts it once', () => {
    const pod = aPod({ restartPolicy: 'Never' });
    const going = statusOf(inputOf(pod, [anInstance('app', { state: 'unknown' })]));
    expect(going.containerStatuses?.[0]?.state?.running).toBeDefined();
    expect(actions(inputOf({ ...pod, status: going }, []))).toEqual(['stopSandbox sandbox-0']);
  });

  it('containers that a restart of all has taken away are not ready', () => {
    const before = published('app', { ready: true, started: true, state: { running: { startedAt: toRfc3339(T0) } } });
    const two = { containers: [aContainer('app'), aContainer('other')] };
    const pod = aPod(two, { status: { conditions: [RESTARTING_ALL], containerStatuses: [before] } });
    expect(statusOf(inputOf(pod, [anInstance('other')])).containerStatuses?.[0]).toMatchObject({ ready: false });
  });

  it('a pod does not fail in the middle of a restart of all, whatever becomes of its init containers', () => {
    const pod = aPod(
      { ...inits('one'), restartPolicy: 'Never' },
      { status: { phase: 'Running', conditions: [RESTARTING_ALL] } },
    );
    const killed = anInstance('one', { kind: 'init', ...ended(143) });
    expect(statusOf(inputOf(pod, [killed, anInstance('app')])).phase).toBe('Running');
  });

  it('an app that ran in the future did not run in this sandbox: the clock was set back', () => {
    const running = published('app', { state: { running: { startedAt: toRfc3339(T0 + HOUR_MS) } } });
    const pod = aPod(inits('one'), { status: { containerStatuses: [running] } });
    expect(actions(inSecond([], pod))).toEqual(['start one 0']);
  });

  it('an init container that seems to have run a moment in the future is done all the same: two clocks differ', () => {
    const startedAt = toRfc3339(T0 + 8_000);
    const done = published('one', { state: { terminated: { exitCode: 0, reason: 'Completed', startedAt } } });
    const app = published('app', { state: { terminated: { exitCode: 1, reason: 'Error', startedAt } } });
    const pod = aPod(inits('one'), { status: { initContainerStatuses: [done], containerStatuses: [app] } });
    expect(actions({ ...inputOf(pod, []), now: T0 + 100 })).toEqual(['start app 1']);
  });

  it('an init container of an earlier sandbox, gone at last, is not one that ran in this one', () => {
    const running = published('two', { state: { running: { startedAt: toRfc3339(T0) } } });
    const pod = aPod(inits('one', 'two'), { status: { initContainerStatuses: [running] } });
    const going = statusOf(inSecond([anInstance('two', { kind: 'init', state: 'unknown' })], pod));
    expect(going.initContainerStatuses?.[1]?.state?.waiting).toBeDefined();
    expect(actions(inSecond([], { ...pod, status: going }))).toEqual(['start one 0']);
  });

  it('an app that a probe had killed, and that ended with 0, has not succeeded while the next one is only created', () => {
    const failed = anInstance('app', ended(0));
    const next = anInstance('app', { id: 'app-1', attempt: 1, state: 'created' });
    const pod = aPod({ restartPolicy: 'OnFailure' }, { status: { phase: 'Running' } });
    expect(statusOf(inputOf(pod, [next, failed])).phase).toBe('Running');
  });

  it('one that runs is told to, although the one before it was lost and it is known as created', () => {
    const lost = { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown' } };
    const created = published('app', {
      containerID: 'docker://app-1',
      restartCount: 1,
      state: { waiting: { reason: 'X' } },
      lastState: lost,
    });
    const pod = aPod({}, { status: { containerStatuses: [created] } });
    const [shown] =
      statusOf(inputOf(pod, [anInstance('app', { id: 'app-1', attempt: 1, state: 'unknown' })])).containerStatuses ??
      [];
    expect(shown?.state?.running).toBeDefined();
  });

  it('an init container that was out of memory is not done because the next one was created, removed and counted', () => {
    const dead = anInstance('one', { kind: 'init', ...ended(0), oomKilled: true });
    const next = anInstance('one', { id: 'one-1', kind: 'init', attempt: 1, state: 'created' });
    const pod = aPod(inits('one'));
    let status = statusOf(inputOf(pod, [next, dead]));
    for (let round = 0; round < 3; round += 1) {
      const input = inputOf({ ...pod, status }, [dead]);
      expect(actions(input)).toEqual(['start one 1']);
      expect(initialized(input)).toBe('False');
      status = statusOf(input);
    }
  });

  it('nor is it when its record was removed', () => {
    const state = { terminated: { exitCode: 0, reason: 'OOMKilled', startedAt: toRfc3339(T0) } };
    const pod = aPod(inits('one'), { status: { initContainerStatuses: [published('one', { ready: true, state })] } });
    expect(initialized(inputOf(pod, []))).toBe('False');
  });

  it('an old instance that somebody starts is stopped before the next one starts, also when the newest is gone', () => {
    const newest = published('app', {
      containerID: 'docker://app-1',
      restartCount: 1,
      state: { running: { startedAt: toRfc3339(T0) } },
    });
    const pod = aPod({}, { status: { containerStatuses: [newest] } });
    expect(actions(inputOf(pod, [anInstance('app')]))).toEqual(['kill app-0 30', 'start app 2']);
  });

  it('a pod has not failed because somebody ran an init container again, while all are to be restarted', () => {
    const restartPolicyRules = [
      { action: 'RestartAllContainers' as const, exitCodes: { operator: 'In' as const, values: [0] } },
    ];
    const app = aContainer('app', { restartPolicy: 'Never', restartPolicyRules });
    const pod = aPod({ ...inits('one'), restartPolicy: 'Never', containers: [app] }, { status: { phase: 'Running' } });
    const waits = anInstance('app', { ...ended(0), backoffMs: 300_000 });
    const input = inputOf(pod, [anInstance('one', { kind: 'init', ...ended(137) }), waits]);
    expect(actions(input)).toEqual([]);
    expect(statusOf(input).phase).toBe('Running');
  });

  it('what was created late for a sidecar says nothing of the init containers before it', () => {
    const failed = anInstance('one', { kind: 'init', ...ended(1), backoffMs: 10_000 });
    const late = anInstance('side', { kind: 'sidecar', state: 'created' });
    const sidecar = aContainer('side', { restartPolicy: 'Always' });
    const pod = aPod({ initContainers: [aContainer('one'), sidecar], containers: [aContainer('app')] });
    expect(actions(inputOf(pod, [late, failed], { now: T0 + HOUR_MS }))).toEqual(['start one 1']);
  });

  describe('what is created late, when another of its number has ended and is gone, is removed and not started:', () => {
    const state = { terminated: { exitCode: 0, reason: 'Completed', startedAt: toRfc3339(T0) } };
    const late = (name: string, kind: ContainerKind): ObservedContainer =>
      anInstance(name, { id: 'late', kind, state: 'created' });

    it('an ephemeral container', () => {
      const pod = aPod(
        { ephemeralContainers: [aContainer('debug')] },
        { status: { ephemeralContainerStatuses: [published('debug', { state })] } },
      );
      const input = inputOf(pod, [anInstance('app'), late('debug', 'ephemeral')]);
      expect(actions(input)).toEqual(['removeContainer late']);
      expect(statusOf(input).ephemeralContainerStatuses).toEqual(pod.status?.ephemeralContainerStatuses);
    });

    it.each(['Never', 'OnFailure'] as const)('an app with policy %s', (restartPolicy) => {
      const pod = aPod(
        { containers: [aContainer('app'), aContainer('other')], restartPolicy },
        { status: { containerStatuses: [published('app', { state })] } },
      );
      const input = inputOf(pod, [late('app', 'app'), anInstance('other')]);
      expect(actions(input)).toEqual(['removeContainer late']);
      expect(statusOf(input).containerStatuses?.[0]).toMatchObject({ containerID: 'docker://app-0', state });
    });

    it('but one with policy Always runs again, as the next', () => {
      const pod = aPod({}, { status: { containerStatuses: [published('app', { state })] } });
      expect(actions(inputOf(pod, [late('app', 'app')]))).toEqual(['removeContainer late', 'start app 1']);
    });

    it('and what takes the place of one that never ran is started', () => {
      const waiting = published('app', { state: { waiting: { reason: 'RunContainerError' } } });
      const pod = aPod({}, { status: { containerStatuses: [waiting] } });
      expect(actions(inputOf(pod, [late('app', 'app')]))).toEqual(['start app 0']);
    });
  });
});
