import { describe, expect, it } from '@jest/globals';
import type { PodAction, PodPlan } from '../../../../src/kubelet/core/plan/pod-action.js';
import type { SyncInput } from '../../../../src/kubelet/core/plan/sync-input.js';
import type { PodCondition } from '../../../../src/api/schema/pod-status.js';
import { CORE, type Core } from '../../../support/simulation/core.js';
import { describeBroken } from '../../../support/simulation/report.js';
import {
  acting,
  believing,
  deciding,
  eachOf,
  publishing,
  publishingOfApps,
  seeing,
  seeingContainers,
  seeingSpecs,
} from '../../../support/simulation/sabotage.js';
import { shrink } from '../../../support/simulation/shrink.js';
import { caseOf, simulate, type Case } from '../../../support/simulation/simulate.js';

/** A rule that nothing can break proves nothing: each of these mistakes is found within so many lives. */
const LIVES = 300;

function findOut(core: Core): { readonly found: Case; readonly rule: number; readonly what: string } | undefined {
  for (let seed = 1; seed <= LIVES; seed += 1) {
    const found = caseOf(seed);
    const { broken } = simulate(found, core);
    if (broken !== undefined) return { found, rule: broken.rule, what: broken.message };
  }
  return undefined;
}

const withConditions = (change: (condition: PodCondition) => PodCondition): Core =>
  publishing((status) => ({ ...status, conditions: (status.conditions ?? []).map(change) }));

const withoutKind = (kind: PodAction['kind']): Core => eachOf(kind, () => undefined);

const startOf = (name: string, attempt = 0): PodAction => {
  const start = { kind: 'startContainer', containerKind: 'app', backoffMs: 0, postStart: false } as const;
  return { ...start, name, attempt };
};

const startsAppsAtOnce = acting((actions, { observed, pod }) => {
  const isFirst =
    observed.sandboxes[0]?.ready === true && observed.containers.every(({ state }) => state === 'created');
  if (!isFirst || pod.metadata.deletionTimestamp !== undefined) return actions;
  return [...actions, ...pod.spec.containers.map(({ name }) => startOf(name))];
});

const probing = (
  change: (
    targets: ReturnType<Core['probeTargets']>,
    input: SyncInput,
    plan: PodPlan,
  ) => ReturnType<Core['probeTargets']>,
): Core => ({
  ...CORE,
  probeTargets: (input, plan, hostIP) => change(CORE.probeTargets(input, plan, hostIP), input, plan),
});

const MISTAKES: readonly (readonly [rule: number, mistake: string, core: Core])[] = [
  [
    1,
    'starts another one beside one that runs',
    acting((actions, { observed }) => [
      ...actions,
      ...observed.containers
        .filter(({ kind, state }) => kind === 'app' && state === 'running')
        .map(({ attempt, name }) => startOf(name, attempt + 1)),
    ]),
  ],
  [
    1,
    'makes a sandbox beside the old one',
    acting((actions) =>
      actions.some(({ kind }) => kind === 'createSandbox')
        ? actions.filter(({ kind }) => kind !== 'stopSandbox')
        : actions,
    ),
  ],
  [
    2,
    'takes an app that runs in an earlier sandbox for its own',
    seeingContainers((container, { observed, pod }) => {
      const alone = container.kind === 'app' && (pod.spec.initContainers ?? []).length === 0;
      return alone ? { ...container, sandboxInstance: observed.sandboxes[0]?.instance ?? '' } : container;
    }),
  ],
  [3, 'starts apps before init containers', startsAppsAtOnce],
  [
    3,
    'does not wait for the startup probes of sidecars',
    seeing((input) => ({
      ...input,
      probes: new Map(
        input.observed.containers.map(({ id }) => [id, { ...input.probes?.get(id), startup: 'success' }]),
      ),
    })),
  ],
  [
    5,
    'restarts under every policy',
    believing((input) => ({ ...input, pod: { ...input.pod, spec: { ...input.pod.spec, restartPolicy: 'Always' } } })),
  ],
  [
    6,
    'makes a sandbox for a pod that is deleted',
    acting((actions, { pod }) =>
      pod.metadata.deletionTimestamp === undefined
        ? actions
        : [{ kind: 'createSandbox', attempt: 0, replaces: false }, ...actions],
    ),
  ],
  [
    8,
    'stops what runs well',
    acting((actions, { observed }) => {
      const victim = observed.containers.find(({ kind, state }) => kind === 'app' && state === 'running');
      if (actions.length > 0 || victim === undefined) return actions;
      const { id, name } = victim;
      const how = { containerKind: 'app', graceSeconds: 30, message: '', preStop: false, after: [] } as const;
      return [{ kind: 'killContainer', id, name, ...how }];
    }),
  ],
  [9, 'forgets the number of the attempt', eachOf('startContainer', (start) => ({ ...start, attempt: 0 }))],
  [10, 'forgets the back-off', seeingContainers((container) => ({ ...container, backoffMs: 0 }))],
  [10, 'writes no back-off down', eachOf('startContainer', (start) => ({ ...start, backoffMs: 0 }))],
  [10, 'waits for a back-off without an end', deciding(({ wakeAt: _, ...plan }) => plan)],
  [12, 'leaves the preStop hook out', eachOf('killContainer', (kill) => ({ ...kill, preStop: false }))],
  [12, 'forgets that a preStop hook was begun', seeing((input) => ({ ...input, preStops: new Map() }))],
  [12, 'gives no grace', eachOf('killContainer', (kill) => ({ ...kill, graceSeconds: 1 }))],
  [12, 'gives more than was granted', eachOf('killContainer', (kill) => ({ ...kill, graceSeconds: 90 }))],
  [12, 'stops sidecars beside the apps', eachOf('killContainer', (kill) => ({ ...kill, after: [] }))],
  [
    13,
    'goes on with liveness probes after deletion',
    probing((_, input, plan) => CORE.probeTargets(input, { ...plan, phase: 'syncing', actions: [] }, '192.0.2.1')),
  ],
  [
    13,
    'asks whether it lives before it started',
    probing((targets) => targets.map((target) => ({ ...target, kind: 'liveness' }))),
  ],
  [15, 'does not count restarts', publishingOfApps((one) => ({ ...one, restartCount: one.restartCount % 2 }))],
  [
    15,
    'begins anew after the end',
    publishing((status, { pod }) => (pod.status?.phase === 'Failed' ? { ...status, phase: 'Running' } : status)),
  ],
  [
    15,
    'takes Running back',
    publishing((status, { pod }) => (pod.status?.phase === 'Running' ? { ...status, phase: 'Pending' } : status)),
  ],
  [
    15,
    'takes Initialized back',
    publishing((status, { pod }) => {
      const [before] = (pod.status?.conditions ?? []).filter(({ type }) => type === 'Initialized');
      if (before?.status !== 'True') return status;
      const taken = { ...before, status: 'False', lastTransitionTime: 'now' } as const;
      return { ...status, conditions: [taken, ...(status.conditions ?? []).filter(({ type }) => type !== taken.type)] };
    }),
  ],
  [
    16,
    'moves the time of a transition that was none',
    publishing((status, { now }) => ({
      ...status,
      conditions: (status.conditions ?? []).map((one) => ({ ...one, lastTransitionTime: `${now}` })),
    })),
  ],
  [
    16,
    'says Ready of what is not',
    withConditions((condition) => (condition.type === 'Ready' ? { ...condition, status: 'True' } : condition)),
  ],
  [16, 'says ready of what does not run', publishingOfApps((one) => ({ ...one, ready: true }))],
  [
    17,
    'calls every end a success',
    publishingOfApps((one) =>
      one.state?.terminated === undefined
        ? one
        : { ...one, state: { terminated: { ...one.state.terminated, exitCode: 0 } } },
    ),
  ],
  [
    17,
    'says that what ended runs',
    publishingOfApps((one) =>
      one.state?.terminated === undefined ? one : { ...one, state: { running: { startedAt: '2026-01-01T00:00:00Z' } } },
    ),
  ],
  [23, 'looks again and again', deciding((plan, { now }) => ({ ...plan, wakeAt: now }))],
  [
    26,
    'does not restart what failed',
    seeingSpecs((one) => (one.restartPolicy === 'Always' ? one : { ...one, restartPolicy: 'Never' })),
  ],
  [26, 'has no ear for rules', seeingSpecs(({ restartPolicyRules: _, ...container }) => container)],
  [
    26,
    'takes nothing away',
    acting((actions, { pod }) =>
      pod.metadata.deletionTimestamp === undefined ? actions.filter(({ kind }) => kind !== 'removeContainer') : actions,
    ),
  ],
  [26, 'forgets a pod before everything of it is gone', withoutKind('removeSandbox')],
  [26, 'does not resize', withoutKind('resizeContainer')],
  [26, 'never forgets a pod', withoutKind('forgetPod')],
];

describe('the simulation finds out a core that', () => {
  it.each(MISTAKES)('breaks rule %d: %s', (rule, _, core) => {
    expect(findOut(core)?.what).toMatch(new RegExp(`^invariant ${rule}: `));
  });

  it('shows a mistake with the least that brings it about, and the line that shows it again', () => {
    const { found } = findOut(startsAppsAtOnce) ?? {};
    if (found === undefined) throw new Error('it was not found out');
    const { schedule, workload } = shrink(found, startsAppsAtOnce);
    const { containers, initContainers = [] } = workload.pod.spec;
    expect({ steps: schedule.length, apps: containers.length }).toEqual({ steps: 0, apps: 1 });
    // The second of two sidecars that start at once is not done when the first is.
    expect(initContainers.length).toBeLessThanOrEqual(2);
    const text = describeBroken(found, startsAppsAtOnce);
    expect(text).toMatch(/^invariant 3: app\d was started before (init|side)\d had done its part\n/);
    expect(text).toContain(`SIMULATION_FIRST_SEED=${found.seed} SIMULATION_SEEDS=1 npm run test:simulation`);
    expect(text).toContain('createSandbox 0');
  });
});
