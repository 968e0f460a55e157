import { describe, expect, it } from '@jest/globals';
import type { ContainerStatus, Pod, PodStatus } from '../../../../src/api/schema/pod.js';
import { buildContainerSpec } from '../../../../src/kubelet/core/spec/container-spec.js';
import { computePodActions } from '../../../../src/kubelet/core/plan/pod-actions.js';
import { computePodStatus } from '../../../../src/kubelet/core/status/pod-status.js';
import type { StartProblem } from '../../../../src/kubelet/core/plan/sync-input.js';
import type { ObservedContainer, ObservedPod } from '../../../../src/runtime/observed.js';
import { aContainer, anInstance, aPod, aSandbox, configOf, ended, observedPod, T0 } from '../../../support/builders.js';

const debugPod = (spec: Partial<Pod['spec']> = {}, status?: PodStatus): Pod =>
  aPod({ ephemeralContainers: [aContainer('debug')], ...spec }, status === undefined ? {} : { status });
const debug = (changes: Partial<ObservedContainer> = {}): ObservedContainer =>
  anInstance('debug', { kind: 'ephemeral', ...changes });
const app = anInstance('app');

const input = (pod: Pod, observed: ObservedPod, problems: Record<string, StartProblem> = {}) => ({
  pod,
  observed,
  problems: new Map(Object.entries(problems)),
  now: T0 + 2_000,
});
const starts = (...args: Parameters<typeof input>): string[] =>
  computePodActions(input(...args)).actions.map((action) =>
    action.kind === 'startContainer'
      ? `start ${action.containerKind} ${action.name}/${action.attempt}`
      : `${action.kind} ${'name' in action ? action.name : ''}`.trim(),
  );
const statusOf = (pod: Pod, observed: ObservedPod, problems: Record<string, StartProblem> = {}): PodStatus => {
  const all = input(pod, observed, problems);
  const context = { hostIP: '192.0.2.1', messages: new Map<string, string>(), agentNow: T0 + 2_000 };
  return computePodStatus(all, computePodActions(all), context);
};
const published = (state: NonNullable<ContainerStatus['state']>): PodStatus => ({
  phase: 'Running',
  ephemeralContainerStatuses: [
    { name: 'debug', image: 'busybox:1', imageID: '', ready: false, restartCount: 0, containerID: 'docker://x', state },
  ],
});

describe('an ephemeral container', () => {
  const problem: StartProblem = { reason: 'ErrImagePull', message: 'no such image', retryAt: T0 };
  const running = { startedAt: '2026-01-01T00:00:01Z' };
  const cases: [string, Pod, ObservedPod, string[], Record<string, StartProblem>?][] = [
    ['starts in a running pod', debugPod(), observedPod([app]), ['start ephemeral debug/0']],
    ['needs a sandbox', debugPod(), observedPod([], []), ['createSandbox']],
    [
      'starts before init containers',
      debugPod({ initContainers: [aContainer('init')] }),
      observedPod([]),
      ['start ephemeral debug/0', 'start init init/0'],
    ],
    [
      'starts while initialisation goes on',
      debugPod({ initContainers: [aContainer('init')] }),
      observedPod([anInstance('init', { kind: 'init' })]),
      ['start ephemeral debug/0'],
    ],
    [
      'starts beside a crash loop',
      debugPod(),
      observedPod([anInstance('app', { ...ended(1), backoffMs: 300_000 })]),
      ['start ephemeral debug/0'],
    ],
    ['is left alone while it runs', debugPod(), observedPod([app, debug({ specHash: 'other' })]), []],
    ['does not run again when it has failed', debugPod(), observedPod([app, debug(ended(1))]), []],
    [
      'does not run again in a new sandbox',
      debugPod(),
      observedPod(
        [anInstance('app', { sandboxInstance: 'sandbox-1@0' }), debug(ended(137))],
        [aSandbox({ attempt: 1 })],
      ),
      [],
    ],
    [
      'does not run again when its record was removed while it ran',
      debugPod({}, published({ running })),
      observedPod([app]),
      [],
    ],
    [
      'does not run again when its record was removed after it ended',
      debugPod({}, published({ terminated: { exitCode: 0 } })),
      observedPod([app]),
      [],
    ],
    [
      'goes on from a creation that was interrupted',
      debugPod(),
      observedPod([app, debug({ state: 'created' })]),
      ['start ephemeral debug/0'],
    ],
    [
      'is made anew when it was created in an earlier sandbox',
      debugPod(),
      observedPod([app, debug({ state: 'created', sandboxInstance: 'old' })]),
      ['removeContainer debug'],
    ],
    [
      'is tried again while no record exists',
      debugPod(),
      observedPod([app]),
      ['start ephemeral debug/0'],
      {
        debug: problem,
      },
    ],
    ['waits for its next try', debugPod(), observedPod([app]), [], { debug: { ...problem, retryAt: T0 + 9_000 } }],
    [
      'does not start in a pod that has ended',
      debugPod({ restartPolicy: 'Never' }),
      observedPod([anInstance('app', ended(0))], [aSandbox({ ready: false })]),
      [],
    ],
    [
      'does not keep a finished pod alive, and ends with it',
      debugPod({ restartPolicy: 'Never' }),
      observedPod([anInstance('app', ended(0)), debug()]),
      ['killContainer debug', 'stopSandbox'],
    ],
    [
      'ends with its sandbox',
      debugPod(),
      observedPod([debug()], [aSandbox({ ready: false })]),
      ['killContainer debug', 'createSandbox'],
    ],
  ];
  // Without the default Jest would take the last parameter for its `done`.
  it.each(cases)('%s', (_name, pod, observed, expected, problems = {}) => {
    expect(starts(pod, observed, problems)).toEqual(expected);
  });
});

describe('the status of ephemeral containers', () => {
  it('is a list of its own, by name, never ready and without a word on being started', () => {
    const pod = debugPod({ ephemeralContainers: [aContainer('z'), aContainer('a')] });
    const { containerStatuses, ephemeralContainerStatuses } = statusOf(
      pod,
      observedPod([app, anInstance('z', { kind: 'ephemeral' })]),
    );
    expect(containerStatuses?.map(({ name }) => name)).toEqual(['app']);
    expect(ephemeralContainerStatuses).toEqual([
      expect.objectContaining({ name: 'a', ready: false, state: { waiting: { reason: 'ContainerCreating' } } }),
      expect.objectContaining({ name: 'z', ready: false, restartCount: 0, state: { running: expect.anything() } }),
    ]);
    expect(ephemeralContainerStatuses?.some((status) => 'started' in status)).toBe(false);
  });

  it('is absent where there are none', () => {
    expect(statusOf(aPod(), observedPod([app]))).not.toHaveProperty('ephemeralContainerStatuses');
  });

  it('says why one cannot start', () => {
    const problem = { reason: 'CreateContainerConfigError', message: 'unable to find target container b', retryAt: T0 };
    const { ephemeralContainerStatuses } = statusOf(debugPod(), observedPod([app]), { debug: problem });
    expect(ephemeralContainerStatuses?.[0]?.state).toEqual({
      waiting: { reason: 'CreateContainerConfigError', message: 'unable to find target container b' },
    });
  });

  it('counts neither for the phase nor for readiness', () => {
    const { conditions, phase } = statusOf(debugPod(), observedPod([app, debug(ended(1))]));
    expect(phase).toBe('Running');
    expect(conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
  });

  it('ends as lost when somebody removed the running one, without a restart', () => {
    const pod = debugPod({}, published({ running: { startedAt: '2026-01-01T00:00:01Z' } }));
    expect(statusOf(pod, observedPod([app])).ephemeralContainerStatuses?.[0]).toMatchObject({
      restartCount: 0,
      state: { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown' } },
    });
  });
});

describe('targetContainerName', () => {
  const pid = (spec: Partial<Pod['spec']>, target: string, instances: readonly ObservedContainer[]) =>
    buildContainerSpec({
      pod: aPod(spec),
      container: { ...aContainer('debug'), targetContainerName: target },
      kind: 'ephemeral',
      attempt: 0,
      backoffMs: 0,
      sandbox: { id: 's', instance: 's@0' },
      instances,
      image: { id: 'sha256:1', sizeBytes: 1, user: '' },
      allocatable: {},
      config: configOf(),
    }).pid;

  it('joins the processes of the running instance', () => {
    const instances = [anInstance('app', { attempt: 1 }), anInstance('app', ended(1))];
    expect(pid({}, 'app', instances)).toEqual({ containerId: 'app-1' });
  });

  it('adds nothing where all processes of the pod see each other, or where it is empty', () => {
    expect(pid({ shareProcessNamespace: true }, 'app', [])).toBe('sandbox');
    expect(pid({ hostPID: true }, 'app', [app])).toBe('host');
    expect(pid({}, '', [app])).toBe('own');
  });

  it.each([
    ['unknown', []],
    ['not running', [anInstance('app', ended(0))]],
  ])('is an error while the target is %s', (_name, instances) => {
    expect(() => pid({}, 'app', instances)).toThrow('unable to find target container app');
  });
});
