import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../../../src/api/schema/pod.js';
import { containerHash } from '../../../../../src/api/hash.js';
import { computePodActions } from '../../../../../src/kubelet/core/plan/pod-actions.js';
import type { PodAction, PodPlan } from '../../../../../src/kubelet/core/plan/pod-action.js';
import { planOrphan } from '../../../../../src/kubelet/core/plan/termination.js';
import type { ProbeSnapshot } from '../../../../../src/kubelet/core/probes/probe-state.js';
import type { StartProblem } from '../../../../../src/kubelet/core/plan/sync-input.js';
import type { ObservedPod } from '../../../../../src/runtime/observed.js';
import { aContainer, anInstance, aPod, aSandbox, ended, observedPod, T0 } from '../../../../support/builders.js';

const plan = (
  pod: Pod,
  observed: ObservedPod,
  now = T0 + 2_000,
  problems: Record<string, StartProblem> = {},
): PodPlan => computePodActions({ pod, observed, problems: new Map(Object.entries(problems)), now });

/** `start app/1`, `kill app-0`, …: short enough to read a whole plan at a glance. */
function words(action: PodAction): string {
  switch (action.kind) {
    case 'startContainer':
      return `start ${action.name}/${action.attempt}`;
    case 'killContainer':
      return [
        `kill ${action.id} ${action.graceSeconds}s`,
        ...(action.preStop ? ['with hook'] : []),
        ...(action.after.length > 0 ? [`after ${action.after.join(' ')}`] : []),
      ].join(' ');
    case 'resizeContainer':
      return `resize ${action.id}`;
    case 'removeContainer':
      return `remove ${action.id}`;
    case 'createSandbox':
      return `sandbox ${action.attempt}${action.replaces ? ' again' : ''}`;
    case 'stopSandbox':
      return `stop ${action.id}`;
    case 'removeSandbox':
      return `remove ${action.id}`;
    case 'forgetPod':
      return 'forget';
  }
}
const actions = (pod: Pod, observed: ObservedPod, now?: number): string[] =>
  plan(pod, observed, now).actions.map(words);

describe('sandbox', () => {
  const running = anInstance('app');
  const cases: [string, ObservedPod, string[]][] = [
    ['makes the first one for a new pod', observedPod([], []), ['sandbox 0']],
    [
      'makes the same attempt again after an interrupted creation',
      observedPod([], [aSandbox({ created: true, ready: false })]),
      ['sandbox 0'],
    ],
    [
      'ends the containers of a dead one before the next is made',
      observedPod([running], [aSandbox({ ready: false })]),
      ['kill app-0 30s', 'sandbox 1 again'],
    ],
    [
      'counts on from the newest, never from the oldest',
      observedPod([], [aSandbox({ attempt: 3, ready: false }), aSandbox({ attempt: 2, ready: false })]),
      ['sandbox 4 again'],
    ],
    [
      'replaces one that somebody restarted: its containers sit in a dead network namespace',
      observedPod([running], [aSandbox({ instance: 'sandbox-0@1' })]),
      ['kill app-0 30s', 'stop sandbox-0', 'sandbox 1 again'],
    ],
    [
      'replaces one without an address',
      observedPod([], [aSandbox({ ips: [] })]),
      ['stop sandbox-0', 'sandbox 1 again'],
    ],
    [
      'replaces all when two are running',
      observedPod([], [aSandbox({ attempt: 1 }), aSandbox()]),
      ['stop sandbox-1', 'stop sandbox-0', 'sandbox 2 again'],
    ],
    [
      'starts over at attempt 0 when the record was removed, after ending what hung on it',
      observedPod([running], []),
      ['kill app-0 30s', 'sandbox 0'],
    ],
  ];
  it.each(cases)('%s', (_name, observed, expected) => {
    expect(actions(aPod(), observed)).toEqual(expected);
  });

  it('replaces one of the other network mode', () => {
    expect(actions(aPod({ hostNetwork: true }), observedPod([], [aSandbox()]))).toEqual([
      'stop sandbox-0',
      'sandbox 1 again',
    ]);
    expect(actions(aPod({ hostNetwork: true }), observedPod([], [aSandbox({ hostNetwork: true, ips: [] })]))).toEqual([
      'start app/0',
    ]);
  });

  it('removes earlier ones once the new one stands', () => {
    const observed = observedPod(
      [anInstance('app', { sandboxInstance: 'sandbox-1@0' })],
      [aSandbox({ attempt: 1 }), aSandbox({ ready: false })],
    );
    expect(actions(aPod(), observed)).toEqual(['remove sandbox-0']);
  });
});

describe('restart policy x exit code', () => {
  const cases: ['Always' | 'OnFailure' | 'Never', number, 'restarts' | 'ends'][] = [
    ['Always', 0, 'restarts'],
    ['Always', 1, 'restarts'],
    ['OnFailure', 0, 'ends'],
    ['OnFailure', 1, 'restarts'],
    ['Never', 0, 'ends'],
    ['Never', 1, 'ends'],
  ];
  it.each(cases)('%s after exit %i: %s', (restartPolicy, exitCode, outcome) => {
    const result = plan(aPod({ restartPolicy }), observedPod([anInstance('app', ended(exitCode))]));
    if (outcome === 'restarts') {
      expect(result.phase).toBe('syncing');
      expect(result.actions.map(words)).toEqual(['start app/1']);
    } else {
      expect(result.phase).toBe('terminating');
      expect(result.actions.map(words)).toEqual(['stop sandbox-0']);
    }
  });

  it('keeps the others running when one of two containers has ended for good', () => {
    const pod = aPod({ restartPolicy: 'Never', containers: [aContainer('app'), aContainer('job')] });
    const observed = observedPod([anInstance('app'), anInstance('job', ended(1))]);
    expect(plan(pod, observed)).toMatchObject({ phase: 'syncing', actions: [] });
  });
});

describe('back-off', () => {
  it('restarts at once the first time, then waits what the dead container says', () => {
    const first = plan(aPod(), observedPod([anInstance('app', ended(1))]));
    expect(first.actions).toEqual([
      { kind: 'startContainer', name: 'app', containerKind: 'app', attempt: 1, backoffMs: 10_000, postStart: false },
    ]);
    const second = plan(aPod(), observedPod([anInstance('app', { ...ended(1), attempt: 1, backoffMs: 10_000 })]));
    expect(second.actions).toEqual([]);
    expect(second.wakeAt).toBe(T0 + 11_000);
    expect(second.waiting.get('app')).toEqual({
      reason: 'CrashLoopBackOff',
      message: 'back-off 10s restarting failed container=app pod=web_default(uid-1)',
    });
  });

  it('doubles from 10 s to 5 min and says so', () => {
    const waits: string[] = [];
    let backoffMs = 0;
    for (let attempt = 0; attempt < 9; attempt += 1) {
      const dead = anInstance('app', { ...ended(1), attempt, backoffMs });
      const waiting = plan(aPod(), observedPod([dead])).waiting.get('app');
      waits.push(waiting?.message.split(' ')[1] ?? 'none');
      const next = plan(aPod(), observedPod([dead]), T0 + 3_600_000).actions[0];
      if (next?.kind !== 'startContainer') throw new Error('expected a start');
      backoffMs = next.backoffMs;
    }
    expect(waits).toEqual(['none', '10s', '20s', '40s', '1m20s', '2m40s', '5m0s', '5m0s', '5m0s']);
  });

  it('starts over for a container that ran for more than ten minutes', () => {
    const dead = anInstance('app', { ...ended(1, T0 + 600_001), attempt: 7, backoffMs: 300_000 });
    expect(plan(aPod(), observedPod([dead]), T0 + 600_002).actions).toMatchObject([
      { kind: 'startContainer', backoffMs: 10_000 },
    ]);
  });

  it('applies to a container that could not even start', () => {
    const { startedAt: _never, ...never } = anInstance('app', { ...ended(127, T0), attempt: 1, backoffMs: 10_000 });
    expect(plan(aPod(), observedPod([never])).waiting.get('app')?.reason).toBe('CrashLoopBackOff');
  });

  it('is skipped for a container whose definition changed', () => {
    const dead = anInstance('app', { ...ended(1), attempt: 4, backoffMs: 80_000, specHash: 'old' });
    expect(actions(aPod(), observedPod([dead]))).toEqual(['start app/5']);
  });
});

describe('a container somebody touched', () => {
  it('counts on from the published status when the records were pruned', () => {
    const status = {
      phase: 'Running' as const,
      containerStatuses: [
        {
          name: 'app',
          image: '',
          imageID: '',
          ready: false,
          restartCount: 3,
          containerID: 'docker://gone',
          state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
        },
      ],
    };
    expect(actions(aPod({}, { status }), observedPod([]))).toEqual(['start app/4']);
  });

  it('does not run a finished job again because its record was pruned', () => {
    const status = {
      phase: 'Running' as const,
      containerStatuses: [
        {
          name: 'app',
          image: '',
          imageID: '',
          ready: false,
          restartCount: 0,
          containerID: 'docker://gone',
          state: { terminated: { exitCode: 0 } },
        },
      ],
    };
    expect(plan(aPod({ restartPolicy: 'OnFailure' }, { status }), observedPod([]))).toMatchObject({
      phase: 'terminating',
    });
  });

  it('leaves a paused container alone', () => {
    expect(actions(aPod(), observedPod([anInstance('app', { paused: true })]))).toEqual([]);
  });

  it('stops an old instance that somebody started again, and keeps the current one', () => {
    const observed = observedPod([anInstance('app', { attempt: 1 }), anInstance('app')]);
    expect(actions(aPod(), observed)).toEqual(['kill app-0 30s']);
  });

  it('starts one that was created and never started', () => {
    const { startedAt: _never, ...created } = anInstance('app', { state: 'created', attempt: 2, backoffMs: 20_000 });
    expect(plan(aPod(), observedPod([created])).actions).toEqual([
      { kind: 'startContainer', name: 'app', containerKind: 'app', attempt: 2, backoffMs: 20_000, postStart: false },
    ]);
  });

  it.each([
    ['0', 0, {}],
    ['2', 2, { lastState: { terminated: { exitCode: 1, containerID: 'docker://app-1' } } }],
  ])('gives number %s again when the one that had it was removed before it was started', (_, restartCount, last) => {
    const stored = {
      ...{ name: 'app', image: '', imageID: '', ready: false, restartCount, containerID: 'docker://app-gone' },
      state: { waiting: { reason: 'ContainerCreating' } },
      ...last,
    };
    const pod = aPod({}, { status: { phase: 'Pending', containerStatuses: [stored] } });
    expect(actions(pod, observedPod([]))).toEqual([`start app/${String(restartCount)}`]);
    const ran = { ...stored, lastState: { terminated: { exitCode: 1, containerID: stored.containerID } } };
    const after = aPod({}, { status: { phase: 'Running', containerStatuses: [ran] } });
    expect(actions(after, observedPod([]))).toEqual([`start app/${String(restartCount + 1)}`]);
  });

  it('kills one in an unknown state before another is started', () => {
    expect(actions(aPod(), observedPod([anInstance('app', { state: 'unknown' })]))).toEqual(['kill app-0 30s']);
  });

  it('replaces one whose definition changed', () => {
    const result = plan(aPod(), observedPod([anInstance('app', { specHash: 'old' })]));
    expect(result.actions).toMatchObject([
      { kind: 'killContainer', message: 'Container app definition changed, will be restarted' },
    ]);
  });
});

describe('garbage', () => {
  it('keeps the newest dead instance beside a running one and removes the others', () => {
    const observed = observedPod([
      anInstance('app', { attempt: 3 }),
      anInstance('app', { ...ended(1), attempt: 2 }),
      anInstance('app', { ...ended(1), attempt: 1 }),
      anInstance('app', { ...ended(1), attempt: 0 }),
    ]);
    expect(actions(aPod(), observed)).toEqual(['remove app-1', 'remove app-0']);
  });
});

describe('init containers', () => {
  const pod = aPod({ initContainers: [aContainer('one'), aContainer('two')] });
  const init = (name: string, changes = {}): ReturnType<typeof anInstance> =>
    anInstance(name, { kind: 'init', ...changes });

  it('run one after the other, and the app after the last', () => {
    expect(actions(pod, observedPod([]))).toEqual(['start one/0']);
    expect(actions(pod, observedPod([init('one')]))).toEqual([]);
    expect(actions(pod, observedPod([init('one', ended(0))]))).toEqual(['start two/0']);
    expect(actions(pod, observedPod([init('one', ended(0)), init('two')]))).toEqual([]);
    expect(actions(pod, observedPod([init('one', ended(0)), init('two', ended(0))]))).toEqual(['start app/0']);
  });

  it('are tried again after a failure, with back-off, under Always and OnFailure', () => {
    const failed = init('one', { ...ended(1), attempt: 1, backoffMs: 10_000 });
    expect(plan(pod, observedPod([failed])).waiting.get('one')?.reason).toBe('CrashLoopBackOff');
    expect(actions(pod, observedPod([failed]), T0 + 20_000)).toEqual(['start one/2']);
  });

  it('fail the pod under Never', () => {
    const never = aPod({ restartPolicy: 'Never', initContainers: [aContainer('one')] });
    expect(plan(never, observedPod([init('one', ended(3))]))).toMatchObject({ phase: 'terminating' });
  });

  it('count an OOM kill as a failure even with exit code 0', () => {
    expect(actions(pod, observedPod([init('one', { ...ended(0), oomKilled: true })]))).toEqual(['start one/1']);
  });

  it('never run again under a live app because somebody pruned them', () => {
    expect(actions(pod, observedPod([anInstance('app')]))).toEqual([]);
  });

  it('are done when a later one has a record', () => {
    expect(actions(pod, observedPod([init('two')]))).toEqual([]);
  });

  it('run again in a new sandbox, and their old records go', () => {
    const observed = observedPod(
      [anInstance('app', ended(137)), init('one', ended(0)), init('two', ended(0))],
      [aSandbox({ attempt: 1 }), aSandbox({ ready: false })],
    );
    expect(actions(pod, observed)).toEqual(['remove one-0', 'remove two-0', 'remove sandbox-0', 'start one/1']);
  });

  it('that were created for a sandbox that came to nothing are removed once', () => {
    const { startedAt: _never, ...created } = init('one', { state: 'created', sandboxInstance: 'sandbox-x@2026' });
    expect(actions(pod, observedPod([created]))).toEqual(['remove one-0']);
  });

  it('run again in a new sandbox also when their old records were removed', () => {
    const waiting = { waiting: { reason: 'PodInitializing' } };
    const of = (name: string, exitCode: number) => ({
      name,
      image: '',
      imageID: '',
      ready: false,
      restartCount: 0,
      containerID: `docker://${name}-gone`,
      state: waiting,
      lastState: { terminated: { exitCode, containerID: `docker://${name}-gone` } },
    });
    const status = {
      phase: 'Running' as const,
      initContainerStatuses: [of('one', 0), of('two', 0)],
      containerStatuses: [of('app', 137)],
    };
    expect(actions({ ...pod, status }, observedPod([]))).toEqual(['start one/1']);
  });

  it('that are done stay done when all records are pruned while the app waits for its restart', () => {
    const terminated = { exitCode: 0, startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:00:00Z' };
    const of = (name: string, state: object) => ({
      name,
      image: '',
      imageID: '',
      ready: false,
      restartCount: 0,
      containerID: `docker://${name}-gone`,
      ...state,
    });
    const status = {
      phase: 'Running' as const,
      initContainerStatuses: [of('one', { state: { terminated } }), of('two', { state: { terminated } })],
      containerStatuses: [
        of('app', {
          state: { waiting: { reason: 'CrashLoopBackOff' } },
          lastState: { terminated: { ...terminated, exitCode: 1, containerID: 'docker://app-gone' } },
        }),
      ],
    };
    // All within the second in which the sandbox started.
    const sandbox = aSandbox({ startedAt: T0 + 400 });
    expect(actions({ ...pod, status }, observedPod([], [sandbox]))).toEqual(['start app/1']);
  });

  it('that are sidecars let the next one start as soon as they run, and are kept running', () => {
    const withSidecar = aPod({
      initContainers: [aContainer('proxy', { restartPolicy: 'Always' }), aContainer('two')],
    });
    const proxy = (changes = {}): ReturnType<typeof anInstance> => anInstance('proxy', { kind: 'sidecar', ...changes });
    expect(actions(withSidecar, observedPod([]))).toEqual(['start proxy/0']);
    expect(actions(withSidecar, observedPod([proxy()]))).toEqual(['start two/0']);
    expect(actions(withSidecar, observedPod([proxy(), init('two')]))).toEqual([]);
    expect(actions(withSidecar, observedPod([proxy(ended(0)), init('two')]))).toEqual(['start proxy/1']);
    expect(actions(withSidecar, observedPod([proxy(ended(0)), init('two', ended(0)), anInstance('app')]))).toEqual([
      'start proxy/1',
    ]);
  });
});

describe('a sidecar with a startup probe', () => {
  const startupProbe = { exec: { command: ['true'] } };
  const sidecar = aContainer('proxy', { restartPolicy: 'Always', startupProbe });
  const pod = aPod({ initContainers: [sidecar] });
  const proxy = anInstance('proxy', { kind: 'sidecar', specHash: containerHash(sidecar) });
  const withResult = (result?: 'success' | 'failure', ...others: ReturnType<typeof anInstance>[]): string[] => {
    const probes = new Map(result === undefined ? [] : [[proxy.id, { startup: result }]]);
    const input = { pod, observed: observedPod([proxy, ...others]), problems: new Map(), probes, now: T0 + 2_000 };
    return computePodActions(input).actions.map(words);
  };

  it('holds back what comes after it until the probe has succeeded', () => {
    expect(withResult()).toEqual([]);
    expect(withResult('success')).toEqual(['start app/0']);
  });

  it('holds back nothing once an app was started', () => {
    expect(withResult(undefined, anInstance('app', ended(1)))).toEqual(['start app/1']);
  });
});

describe('start problems', () => {
  it('hold a start back until their time has come', () => {
    const problem = { reason: 'ErrImagePull', message: 'no such host', retryAt: T0 + 9_000 };
    const early = plan(aPod(), observedPod([]), T0, { app: problem });
    expect(early).toMatchObject({ actions: [], wakeAt: T0 + 9_000 });
    expect(early.waiting.get('app')).toEqual({ reason: 'ErrImagePull', message: 'no such host' });
    expect(plan(aPod(), observedPod([]), T0 + 9_000, { app: problem }).actions.map(words)).toEqual(['start app/0']);
  });
});

describe('termination', () => {
  const deleting = (spec = {}, graceSeconds = 30): Pod =>
    aPod(spec, {
      metadata: {
        deletionTimestamp: new Date(T0 + graceSeconds * 1000).toISOString(),
        deletionGracePeriodSeconds: graceSeconds,
      },
    });

  it('stops containers, then the sandbox, then removes everything', () => {
    expect(actions(deleting(), observedPod([anInstance('app')]), T0)).toEqual(['kill app-0 30s', 'stop sandbox-0']);
    expect(actions(deleting(), observedPod([anInstance('app', ended(0))]), T0)).toEqual(['stop sandbox-0']);
    expect(actions(deleting(), observedPod([anInstance('app', ended(0))], [aSandbox({ ready: false })]), T0)).toEqual([
      'remove app-0',
      'remove sandbox-0',
      'forget',
    ]);
    expect(actions(deleting(), observedPod([], []), T0)).toEqual(['forget']);
  });

  it('leaves a pod alone that only waits for its finalizers', () => {
    const held = deleting({}, 0);
    const pod = { ...held, metadata: { ...held.metadata, finalizers: ['x.io/hold'] } };
    expect(actions(pod, observedPod([anInstance('app')]), T0)).toEqual(['kill app-0 0s', 'stop sandbox-0']);
    expect(actions(pod, observedPod([], [aSandbox({ ready: false })]), T0)).toEqual(['remove sandbox-0', 'forget']);
    expect(actions(pod, observedPod([], []), T0)).toEqual([]);
  });

  it('gives what is left of the grace, also after an agent restart', () => {
    expect(actions(deleting(), observedPod([anInstance('app')]), T0 + 12_000)[0]).toBe('kill app-0 19s');
    expect(actions(deleting(), observedPod([anInstance('app')]), T0 + 60_000)[0]).toBe('kill app-0 0s');
    expect(actions(deleting({}, 1), observedPod([anInstance('app')]), T0)[0]).toBe('kill app-0 1s');
  });

  it('never gives less than was granted because the deadline has whole seconds, nor more', () => {
    // Asked for at 0.9 s with 4 s: the deadline is 4.9 s, and 4 s is what it says.
    const pod = deleting({}, 4);
    expect(actions(pod, observedPod([anInstance('app')]), T0 + 1_050)[0]).toBe('kill app-0 4s');
    expect(actions(pod, observedPod([anInstance('app')]), T0 + 2_050)[0]).toBe('kill app-0 3s');
    // Asked for at 0 s.
    expect(actions(pod, observedPod([anInstance('app')]), T0 + 50)[0]).toBe('kill app-0 4s');
  });

  it('reads the deadline on the clock of the agent, which wrote it', () => {
    // The engine is a minute ahead; the agent's clock says T0.
    const input = { pod: deleting(), observed: observedPod([anInstance('app')]), problems: new Map() };
    const ahead = computePodActions({ ...input, now: T0 + 60_000, clockSkewMs: 60_000 });
    expect(ahead.actions.map(words)[0]).toBe('kill app-0 30s');
    const behind = computePodActions({ ...input, now: T0 - 40_000, clockSkewMs: -60_000 });
    expect(behind.actions.map(words)[0]).toBe('kill app-0 11s');
  });

  it('starts nothing any more', () => {
    expect(actions(deleting(), observedPod([anInstance('app', ended(1))]), T0)).toEqual(['stop sandbox-0']);
    const status = { phase: 'Failed' as const };
    expect(plan(aPod({}, { status }), observedPod([], []))).toEqual({
      phase: 'terminated',
      actions: [],
      waiting: new Map(),
    });
  });

  it('stops sidecars after the main containers, the last one first', () => {
    const sidecars = [aContainer('a', { restartPolicy: 'Always' }), aContainer('b', { restartPolicy: 'Always' })];
    const [a, b] = [anInstance('a', { kind: 'sidecar' }), anInstance('b', { kind: 'sidecar' })];
    const pod = deleting({ initContainers: sidecars });
    expect(actions(pod, observedPod([a, anInstance('app'), b]), T0)).toEqual([
      'kill app-0 30s',
      'kill b-0 30s after app-0',
      'kill a-0 30s after app-0 b-0',
      'stop sandbox-0',
    ]);
    expect(actions(pod, observedPod([anInstance('app', ended(0)), a, b]), T0 + 1_000)).toEqual([
      'kill b-0 30s',
      'kill a-0 30s after b-0',
      'stop sandbox-0',
    ]);
    expect(actions(pod, observedPod([a]), T0 + 2_000)).toEqual(['kill a-0 29s', 'stop sandbox-0']);
  });

  it('ends the sidecars of a finished job, counting their grace from its end', () => {
    const pod = aPod({ restartPolicy: 'Never', initContainers: [aContainer('a', { restartPolicy: 'Always' })] });
    const observed = observedPod([anInstance('app', ended(0)), anInstance('a', { kind: 'sidecar' })]);
    expect(actions(pod, observed, T0 + 6_000)).toEqual(['kill a-0 25s', 'stop sandbox-0']);
  });

  it('ends the sidecars of a pod that failed in an init container, counting their grace from its end', () => {
    const initContainers = [aContainer('a', { restartPolicy: 'Always' }), aContainer('setup')];
    const pod = aPod({ restartPolicy: 'Never', initContainers });
    const setup = anInstance('setup', { kind: 'init', ...ended(1) });
    const observed = observedPod([setup, anInstance('a', { kind: 'sidecar' })]);
    expect(actions(pod, observed, T0 + 6_000)).toEqual(['kill a-0 25s', 'stop sandbox-0']);
  });

  it('does not give a pod with policy Never a second sandbox', () => {
    const pod = aPod({ restartPolicy: 'Never' });
    expect(plan(pod, observedPod([anInstance('app', ended(137))], [aSandbox({ ready: false })])).phase).toBe(
      'terminated',
    );
    expect(actions(pod, observedPod([anInstance('app')], [aSandbox({ ready: false })]))).toEqual(['kill app-0 30s']);
  });

  it('keeps one dead instance of each container of a finished pod for its logs', () => {
    const pod = aPod({ restartPolicy: 'OnFailure' }, { status: { phase: 'Succeeded' } });
    const observed = observedPod(
      [anInstance('app', { ...ended(0), attempt: 1 }), anInstance('app', ended(1))],
      [aSandbox({ ready: false })],
    );
    expect(actions(pod, observed)).toEqual(['remove app-0']);
  });
});

describe('preStop hooks', () => {
  const lifecycle = { preStop: { sleep: { seconds: 5 } } };
  const pod = (metadata: Partial<Pod['metadata']> = {}): Pod =>
    aPod({ containers: [aContainer('app', { lifecycle })] }, { metadata });
  const deleted = pod({ deletionTimestamp: new Date(T0 + 30_000).toISOString(), deletionGracePeriodSeconds: 30 });
  const app = anInstance('app', { specHash: containerHash(aContainer('app', { lifecycle })) });
  const begun = (secondsAgo: number, of: Pod): string[] =>
    computePodActions({
      pod: of,
      observed: observedPod([app]),
      problems: new Map(),
      preStops: new Map([['app-0', T0 + 20_000 - secondsAgo * 1000]]),
      now: T0 + 20_000,
    }).actions.map(words);

  it('run before the container is stopped', () => {
    expect(actions(deleted, observedPod([app]), T0)).toEqual(['kill app-0 30s with hook', 'stop sandbox-0']);
  });

  it('run once: the next agent goes on with what is left of the grace', () => {
    expect(begun(20, deleted)).toEqual(['kill app-0 11s', 'stop sandbox-0']);
  });

  it('do not run without grace, nor in what does not run', () => {
    expect(actions(deleted, observedPod([app]), T0 + 60_000)[0]).toBe('kill app-0 0s');
    const unknown = observedPod([{ ...app, state: 'unknown' }]);
    expect(actions(deleted, unknown, T0)[0]).toBe('kill app-0 30s');
  });

  it('run when a definition changed', () => {
    expect(actions(pod(), observedPod([{ ...app, specHash: 'other' }]))).toEqual(['kill app-0 30s with hook']);
  });

  it('that were begun end in a stop although the reason was forgotten', () => {
    expect(begun(12, pod())).toEqual(['kill app-0 18s']);
  });

  it('run in all containers when the sandbox is gone, and their time is counted', () => {
    const observed = observedPod([app], [aSandbox({ ready: false })]);
    expect(actions(pod(), observed)).toEqual(['kill app-0 30s with hook', 'sandbox 1 again']);
    const input = { pod: pod(), observed, problems: new Map(), preStops: new Map([['app-0', T0]]), now: T0 + 9_000 };
    expect(computePodActions(input).actions.map(words)).toEqual(['kill app-0 21s', 'sandbox 1 again']);
  });

  it('of an orphan are known as long as its pod is', () => {
    expect(planOrphan(observedPod([app]), deleted).actions.map(words)[0]).toBe('kill app-0 1s with hook');
    const nothing = { ...deleted, spec: { containers: [] } };
    expect(planOrphan(observedPod([app]), nothing).actions.map(words)[0]).toBe('kill app-0 1s');
  });
});

describe('a failed probe', () => {
  const probe = { exec: { command: ['true'] } };
  const container = aContainer('app', {
    livenessProbe: { ...probe, terminationGracePeriodSeconds: 7 },
    startupProbe: probe,
  });
  const sidecar = aContainer('proxy', { restartPolicy: 'Always', livenessProbe: probe });
  const pod = (restartPolicy: 'Always' | 'OnFailure' | 'Never', metadata = {}): Pod =>
    aPod({ restartPolicy, initContainers: [sidecar], containers: [container] }, { metadata });
  const proxy = anInstance('proxy', { kind: 'sidecar', specHash: containerHash(sidecar) });
  const app = anInstance('app', { specHash: containerHash(container) });
  const after = (of: Pod, observed: ObservedPod, failed: Record<string, Record<string, 'failure'>>): PodPlan => {
    const probes: ProbeSnapshot = new Map(Object.entries(failed));
    return computePodActions({ pod: of, observed, probes, problems: new Map(), now: T0 + 2_000 });
  };
  const kills = (of: PodPlan): string[] =>
    of.actions.flatMap((action) =>
      action.kind === 'killContainer' ? [`${action.message} (${action.graceSeconds}s)`] : [],
    );
  const both = observedPod([proxy, app]);

  it.each<[string, Pod, Record<string, Record<string, 'failure'>>, string[]]>([
    [
      'of liveness kills with its own grace',
      pod('Always'),
      { 'app-0': { liveness: 'failure' } },
      ['Container app failed liveness probe, will be restarted (7s)'],
    ],
    [
      'of startup kills with the grace of the pod',
      pod('OnFailure'),
      { 'app-0': { startup: 'failure' } },
      ['Container app failed startup probe, will be restarted (30s)'],
    ],
    [
      'promises nothing under policy Never',
      pod('Never'),
      { 'app-0': { liveness: 'failure' } },
      ['Container app failed liveness probe (7s)'],
    ],
    [
      'kills a sidecar',
      pod('Never'),
      { 'proxy-0': { liveness: 'failure' } },
      ['Init container proxy failed liveness probe (30s)'],
    ],
    ['of readiness kills nobody', pod('Always'), { 'app-0': { readiness: 'failure' } }, []],
    ['of another instance kills nobody', pod('Always'), { 'app-1': { liveness: 'failure' } }, []],
    [
      'gives no grace of its own once the pod is deleted',
      pod('Always', { deletionTimestamp: '2026-01-01T00:00:22Z', deletionGracePeriodSeconds: 20 }),
      { 'app-0': { liveness: 'failure' } },
      ['Stopping container app (20s)'],
    ],
  ])('%s', (_what, of, failed, wanted) => {
    expect(kills(after(of, both, failed)).filter((text) => !text.includes('Stopping container proxy'))).toEqual(wanted);
  });

  it.each([
    ['Always', 0, ['start app/1']],
    ['OnFailure', 0, ['start app/1']],
    ['OnFailure', 137, ['start app/1']],
  ] as const)('restarts by policy %s even after exit code %i', (policy, exitCode, wanted) => {
    const dead = { ...app, ...ended(exitCode) };
    const plan = after(pod(policy), observedPod([proxy, dead]), { 'app-0': { liveness: 'failure' } });
    expect(plan.actions.map(words)).toEqual(wanted);
  });

  it('ends a pod of policy Never', () => {
    const dead = { ...app, ...ended(137) };
    const plan = after(pod('Never'), observedPod([proxy, dead]), { 'app-0': { liveness: 'failure' } });
    expect(plan.phase).toBe('terminating');
  });
});
