import { describe, expect, it } from '@jest/globals';
import type { ContainerStatus, Pod, PodStatus } from '../../../../../src/api/schema/pod.js';
import { computePodActions } from '../../../../../src/kubelet/core/plan/pod-actions.js';
import { computePodStatus } from '../../../../../src/kubelet/core/status/pod-status.js';
import type { StartProblem } from '../../../../../src/kubelet/core/plan/sync-input.js';
import type { ObservedPod } from '../../../../../src/runtime/observed.js';
import { aContainer, anInstance, aPod, aSandbox, ended, observedPod, T0 } from '../../../../support/builders.js';

const status = (
  pod: Pod,
  observed: ObservedPod,
  {
    messages = {},
    now = T0 + 2_000,
    problems = {},
  }: {
    messages?: Record<string, string>;
    now?: number;
    problems?: Record<string, StartProblem>;
  } = {},
): PodStatus => {
  const input = { pod, observed, problems: new Map(Object.entries(problems)), now };
  const context = { hostIP: '192.0.2.1', messages: new Map(Object.entries(messages)), agentNow: now };
  return computePodStatus(input, computePodActions(input), context);
};

const only = ({ containerStatuses }: PodStatus): ContainerStatus => {
  const first = containerStatuses?.[0];
  if (first === undefined) throw new Error('no container status');
  return first;
};
const condition = (of: PodStatus, type: string): string => {
  const found = of.conditions?.find((candidate) => candidate.type === type);
  return [found?.status, found?.reason, found?.message].filter((part) => part !== undefined).join(' ');
};
const stopped = [aSandbox({ ready: false })];

describe('phase', () => {
  const two = { containers: [aContainer('app'), aContainer('job')] };
  const cases: [string, Pod, ObservedPod, string][] = [
    ['Pending before anything runs', aPod(), observedPod([], []), 'Pending'],
    ['Pending while one of two has never run', aPod(two), observedPod([anInstance('app')]), 'Pending'],
    ['Running once all run', aPod(two), observedPod([anInstance('app'), anInstance('job')]), 'Running'],
    [
      'Running during CrashLoopBackOff',
      aPod(),
      observedPod([anInstance('app', { ...ended(1), attempt: 3, backoffMs: 40_000 })]),
      'Running',
    ],
    [
      'Running while one has ended and one runs',
      aPod({ ...two, restartPolicy: 'Never' }),
      observedPod([anInstance('app'), anInstance('job', ended(1))]),
      'Running',
    ],
    [
      'held back while something still runs',
      aPod({ restartPolicy: 'Never' }, { status: { phase: 'Running' } }),
      observedPod([anInstance('app', ended(0))]),
      'Running',
    ],
    [
      'Succeeded when all ended with 0',
      aPod({ restartPolicy: 'Never' }),
      observedPod([anInstance('app', ended(0))], stopped),
      'Succeeded',
    ],
    [
      'Failed when one did not',
      aPod({ ...two, restartPolicy: 'Never' }),
      observedPod([anInstance('app', ended(0)), anInstance('job', ended(2))], stopped),
      'Failed',
    ],
    [
      'Failed when an init container failed for good',
      aPod({ restartPolicy: 'Never', initContainers: [aContainer('setup')] }),
      observedPod([anInstance('setup', { kind: 'init', ...ended(1) })], stopped),
      'Failed',
    ],
    [
      'Pending while init containers run',
      aPod({ initContainers: [aContainer('setup')] }),
      observedPod([anInstance('setup', { kind: 'init' })]),
      'Pending',
    ],
    [
      'Succeeded whatever the exit code of a sidecar',
      aPod({ restartPolicy: 'Never', initContainers: [aContainer('proxy', { restartPolicy: 'Always' })] }),
      observedPod([anInstance('app', ended(0)), anInstance('proxy', { kind: 'sidecar', ...ended(137) })], stopped),
      'Succeeded',
    ],
    ['never left once terminal', aPod({}, { status: { phase: 'Failed' } }), observedPod([], []), 'Failed'],
  ];
  it.each(cases)('is %s', (_name, pod, observed, phase) => {
    expect(status(pod, observed).phase).toBe(phase);
  });
});

describe('container status', () => {
  it('waits with ContainerCreating, or PodInitializing in a pod with init containers', () => {
    expect(only(status(aPod(), observedPod([], []))).state).toEqual({ waiting: { reason: 'ContainerCreating' } });
    const withInit = aPod({ initContainers: [aContainer('setup')] });
    expect(only(status(withInit, observedPod([], []))).state).toEqual({ waiting: { reason: 'PodInitializing' } });
  });

  it('shows a running container as ready, with its id and start', () => {
    expect(only(status(aPod(), observedPod([anInstance('app')])))).toEqual({
      name: 'app',
      image: 'busybox:1',
      imageID: 'docker://sha256:1',
      containerID: 'docker://app-0',
      ready: true,
      started: true,
      restartCount: 0,
      state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
    });
  });

  const endings: [string, Parameters<typeof anInstance>[1], string][] = [
    ['Completed', ended(0), 'Completed'],
    ['Error', ended(3), 'Error'],
    ['OOMKilled even with exit code 0', { ...ended(0), oomKilled: true }, 'OOMKilled'],
  ];
  it.each(endings)('says %s', (_name, changes, reason) => {
    const pod = aPod({ restartPolicy: 'Never' });
    expect(only(status(pod, observedPod([anInstance('app', changes)], stopped))).state?.terminated?.reason).toBe(
      reason,
    );
  });

  it('says OOMKilled of a run that was said to be so, even when the engine does not say it any more', () => {
    const pod = aPod({ restartPolicy: 'Never' });
    const killed = { ...ended(137), oomKilled: true };
    const told = status(pod, observedPod([anInstance('app', killed)], stopped));
    const silent = observedPod([anInstance('app', { ...killed, oomKilled: false })], stopped);
    expect(only(status({ ...pod, status: told }, silent)).state?.terminated?.reason).toBe('OOMKilled');
    const again = anInstance('app', { ...killed, oomKilled: false, startedAt: T0 + 60_000, finishedAt: T0 + 61_000 });
    expect(only(status({ ...pod, status: told }, observedPod([again], stopped))).state?.terminated?.reason).toBe(
      'Error',
    );
  });

  it('says ContainerCannotRun with the engine’s words when the start failed', () => {
    const { startedAt: _never, ...dead } = anInstance('app', {
      ...ended(127, T0),
      engineError: 'executable file not found in $PATH',
    });
    const pod = aPod({ restartPolicy: 'Never' });
    expect(only(status(pod, observedPod([dead], stopped))).state?.terminated).toMatchObject({
      exitCode: 127,
      reason: 'ContainerCannotRun',
      message: 'executable file not found in $PATH',
    });
  });

  it('appends the termination message to the engine’s', () => {
    const dead = anInstance('app', { ...ended(1), engineError: 'engine' });
    const pod = aPod({ restartPolicy: 'Never' });
    const { message } =
      only(status(pod, observedPod([dead], stopped), { messages: { 'app-0': 'last words' } })).state?.terminated ?? {};
    expect(message).toBe('engine: last words');
  });

  it('moves the end of a crashed container to lastState while it waits', () => {
    const dead = anInstance('app', { ...ended(1), attempt: 2, backoffMs: 20_000 });
    const shown = only(status(aPod(), observedPod([dead])));
    expect(shown.state?.waiting).toEqual({
      reason: 'CrashLoopBackOff',
      message: 'back-off 20s restarting failed container=app pod=web_default(uid-1)',
    });
    expect(shown.lastState?.terminated).toMatchObject({ exitCode: 1, containerID: 'docker://app-2' });
    expect(shown.restartCount).toBe(2);
  });

  it('shows the instance before the running one as lastState', () => {
    const shown = only(status(aPod(), observedPod([anInstance('app', { attempt: 1 }), anInstance('app', ended(9))])));
    expect(shown.lastState?.terminated?.exitCode).toBe(9);
    expect(shown.restartCount).toBe(1);
  });

  it('says that a container somebody removed could not be located, and counts a restart', () => {
    const before = status(aPod(), observedPod([anInstance('app')]));
    const shown = only(status(aPod({}, { status: before }), observedPod([])));
    expect(shown.restartCount).toBe(1);
    expect(shown.lastState?.terminated).toMatchObject({ exitCode: 137, reason: 'ContainerStatusUnknown' });
  });

  it('forgets nothing while somebody removes it: a look in the middle changes no count and no last state', () => {
    const before = status(aPod(), observedPod([anInstance('app')]));
    const going = status(aPod({}, { status: before }), observedPod([anInstance('app', { state: 'unknown' })]));
    expect(only(going)).toMatchObject({ ready: false, started: false, restartCount: 0, state: { running: {} } });
    expect(condition(going, 'Ready')).toBe('False ContainersNotReady containers with unready status: [app]');
    const gone = only(status(aPod({}, { status: going }), observedPod([])));
    expect(gone.restartCount).toBe(1);
    expect(gone.lastState?.terminated).toMatchObject({ exitCode: 137, reason: 'ContainerStatusUnknown' });
    const never = status(aPod({ restartPolicy: 'Never' }, { status: going }), observedPod([], stopped));
    expect(never.phase).toBe('Failed');
  });

  it('says that one ran which was published when it was only made, and is being removed when it is met again', () => {
    const pod = aPod({ restartPolicy: 'Never' });
    const { startedAt: _, ...made } = anInstance('app', { state: 'created', pid: 0 });
    const before = status(pod, observedPod([made]));
    expect(only(before).state?.waiting).toBeDefined();
    const going = status({ ...pod, status: before }, observedPod([anInstance('app', { state: 'unknown' })]));
    expect(only(going).state?.running).toBeDefined();
    // And of one that had ended, how.
    const crashed = status(pod, observedPod([anInstance('app', ended(1))]));
    const pruned = status({ ...pod, status: crashed }, observedPod([anInstance('app', { state: 'unknown' })]));
    expect(only(pruned).state?.terminated?.exitCode).toBe(1);
  });

  it('lets nothing of a finished pod begin anew, in whatever order its records are pruned', () => {
    const pod = aPod({
      restartPolicy: 'OnFailure',
      initContainers: [aContainer('init')],
      containers: [aContainer('app')],
    });
    const all = [anInstance('init', { ...ended(0), kind: 'init' }), anInstance('app', ended(0))];
    const done = status({ ...pod, status: { phase: 'Running' } }, observedPod(all, stopped));
    expect(done.phase).toBe('Succeeded');
    const left = { ...pod, status: done };
    for (const sandboxes of [stopped, []]) {
      for (const name of ['init', 'app']) {
        const going = all.map((one) => (one.name === name ? { ...one, state: 'unknown' as const } : one));
        const gone = all.filter((one) => one.name !== name);
        for (const seen of [going, gone, gone.map((one) => ({ ...one, state: 'unknown' as const }))]) {
          const { containerStatuses, initContainerStatuses } = status(left, observedPod(seen, sandboxes));
          expect([containerStatuses, initContainerStatuses]).toEqual([
            done.containerStatuses,
            done.initContainerStatuses,
          ]);
        }
      }
    }
  });

  it('keeps what is known of an ended container whose record was pruned', () => {
    const pod = aPod({ restartPolicy: 'OnFailure' });
    const before = status(pod, observedPod([anInstance('app', ended(0))], stopped));
    const shown = only(status({ ...pod, status: before }, observedPod([], [])));
    expect(shown.state?.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
  });

  describe('at the end of a pod', () => {
    const LOST = {
      exitCode: 137,
      reason: 'ContainerStatusUnknown',
      message: 'The container could not be located when the pod was terminated',
    };
    const deleted = { deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 30 };
    const atTheEnd = (inits: string[], observed: ObservedPod, stored: PodStatus = {}): (string | undefined)[] => {
      const initContainers = inits.map((name) =>
        aContainer(name, name === 'sidecar' ? { restartPolicy: 'Always' } : {}),
      );
      const spec = { containers: [aContainer('app'), aContainer('job')], ...(inits.length > 0 && { initContainers }) };
      const { containerStatuses = [], initContainerStatuses = [] } = status(
        aPod(spec, { metadata: deleted, status: stored }),
        observed,
      );
      return [...initContainerStatuses, ...containerStatuses].map(
        ({ state }) => state?.terminated?.reason ?? state?.waiting?.reason,
      );
    };

    it('says of a container that never started that it could not be located', () => {
      for (const observed of [observedPod([], []), observedPod([anInstance('app', { state: 'created' })], stopped)]) {
        const shown = status(aPod({}, { metadata: deleted }), observed);
        expect([shown.phase, only(shown).state]).toEqual(['Failed', { terminated: LOST }]);
      }
    });

    it('keeps what is known of how another one ended', () => {
      expect(atTheEnd([], observedPod([anInstance('job', ended(0))], stopped))).toEqual([
        'ContainerStatusUnknown',
        'Completed',
      ]);
    });

    it('lets those wait whose turn never came', () => {
      const init = (name: string, end: ReturnType<typeof ended>) =>
        anInstance(name, { ...end, kind: name === 'sidecar' ? 'sidecar' : 'init' });
      const [lost, later] = ['ContainerStatusUnknown', 'PodInitializing'];
      const none = observedPod([], []);
      expect(atTheEnd(['a', 'b'], none)).toEqual([lost, later, later, later]);
      expect(atTheEnd(['a', 'b'], observedPod([init('a', ended(1))], stopped))).toEqual(['Error', later, later, later]);
      const onlyLast = observedPod([init('b', ended(0))], stopped);
      expect(atTheEnd(['a', 'b'], onlyLast)).toEqual([lost, 'Completed', lost, lost]);
      expect(atTheEnd(['sidecar'], observedPod([init('sidecar', ended(0))], stopped))).toEqual([
        'Completed',
        later,
        later,
      ]);
      const begun = observedPod([anInstance('job', ended(0))], stopped);
      expect(atTheEnd(['sidecar'], begun)).toEqual([lost, lost, 'Completed']);
    });
  });

  it('gives the reason why a start is held back', () => {
    const problems = { app: { reason: 'ErrImagePull', message: 'no such host', retryAt: T0 + 60_000 } };
    expect(only(status(aPod(), observedPod([]), { problems })).state).toEqual({
      waiting: { reason: 'ErrImagePull', message: 'no such host' },
    });
  });

  it('lists init containers in spec order and main containers by name', () => {
    const pod = aPod({
      initContainers: [aContainer('z'), aContainer('y')],
      containers: [aContainer('b'), aContainer('a')],
    });
    const shown = status(pod, observedPod([]));
    expect(shown.initContainerStatuses?.map(({ name }) => name)).toEqual(['z', 'y']);
    expect(shown.containerStatuses?.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('shows an init container that has done its work as ready and not started', () => {
    const pod = aPod({ initContainers: [aContainer('setup')] });
    const shown = status(pod, observedPod([anInstance('setup', { kind: 'init', ...ended(0) })]));
    expect(shown.initContainerStatuses?.[0]).toMatchObject({ ready: true, started: false });
  });
});

describe('conditions', () => {
  it('come in the kubelet’s order', () => {
    expect(status(aPod(), observedPod([], [])).conditions?.map(({ type }) => type)).toEqual([
      'PodReadyToStartContainers',
      'Initialized',
      'Ready',
      'ContainersReady',
      'PodScheduled',
    ]);
  });

  it('name the containers that are not ready, or not initialised', () => {
    const pod = aPod({ initContainers: [aContainer('setup')], containers: [aContainer('app'), aContainer('db')] });
    const shown = status(pod, observedPod([]));
    expect(condition(shown, 'Initialized')).toBe(
      'False ContainersNotInitialized containers with incomplete status: [setup]',
    );
    expect(condition(shown, 'Ready')).toBe('False ContainersNotReady containers with unready status: [app db]');
    expect(condition(shown, 'ContainersReady')).toBe(condition(shown, 'Ready'));
  });

  it('are all true for a running pod', () => {
    const shown = status(aPod(), observedPod([anInstance('app')]));
    expect(shown.conditions?.map(({ status: verdict }) => verdict)).toEqual(['True', 'True', 'True', 'True', 'True']);
  });

  it('say PodCompleted and PodFailed at the end', () => {
    const pod = aPod({ restartPolicy: 'Never' });
    expect(condition(status(pod, observedPod([anInstance('app', ended(0))], stopped)), 'Ready')).toBe(
      'False PodCompleted',
    );
    expect(condition(status(pod, observedPod([anInstance('app', ended(1))], stopped)), 'Ready')).toBe(
      'False PodFailed',
    );
  });

  it('wait for readiness gates', () => {
    const pod = aPod({ readinessGates: [{ conditionType: 'example.com/lb' }] });
    expect(condition(status(pod, observedPod([anInstance('app')])), 'Ready')).toBe(
      'False ReadinessGatesNotReady corresponding condition of pod readiness gate "example.com/lb" does not exist.',
    );
  });

  it('move their transition time only with their status, and keep conditions of others first', () => {
    const first = status(aPod(), observedPod([anInstance('app')]), { now: T0 + 1_000 });
    const foreign = { type: 'example.com/lb', status: 'True' as const };
    const pod = aPod({}, { status: { ...first, conditions: [...(first.conditions ?? []), foreign] } });
    const later = status(pod, observedPod([anInstance('app')]), { now: T0 + 90_000 });
    expect(later.conditions?.[0]).toEqual(foreign);
    expect(later.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime).toBe('2026-01-01T00:00:01Z');
  });
});

describe('pod fields', () => {
  it('show addresses of the sandbox, and keep them after it stopped', () => {
    const running = status(aPod(), observedPod([anInstance('app')]));
    expect(running).toMatchObject({ podIP: '10.0.0.2', podIPs: [{ ip: '10.0.0.2' }], hostIP: '192.0.2.1' });
    const pod = aPod({ restartPolicy: 'Never' }, { status: running });
    expect(status(pod, observedPod([anInstance('app', ended(0))], stopped)).podIP).toBe('10.0.0.2');
  });

  it('are the node’s own address with hostNetwork', () => {
    expect(status(aPod({ hostNetwork: true }), observedPod([], [])).podIP).toBe('192.0.2.1');
  });

  it('keep the start time once it was set', () => {
    const first = status(aPod(), observedPod([], []), { now: T0 });
    expect(status(aPod({}, { status: first }), observedPod([], []), { now: T0 + 99_000 }).startTime).toBe(
      first.startTime,
    );
  });

  it('say the QoS class', () => {
    const limits = { cpu: '1', memory: '1Gi' };
    expect(status(aPod(), observedPod([], [])).qosClass).toBe('BestEffort');
    const pod = aPod({ containers: [aContainer('app', { resources: { limits, requests: limits } })] });
    expect(status(pod, observedPod([], [])).qosClass).toBe('Guaranteed');
  });
});
