import { describe, expect, it } from '@jest/globals';
import type { Container, Pod } from '../../../../../src/api/schema/pod.js';
import { computePodActions } from '../../../../../src/kubelet/core/plan/pod-actions.js';
import { computePodStatus } from '../../../../../src/kubelet/core/status/pod-status.js';
import type { SyncInput } from '../../../../../src/kubelet/core/plan/sync-input.js';
import type { ResourceSettings } from '../../../../../src/runtime/resource-settings.js';
import { aContainer, anInstance, aPod, observedPod, T0 } from '../../../../support/builders.js';

type Amounts = Record<string, string>;
/** What the engine shows of a container that was made with 100m and 64Mi. */
const MADE: ResourceSettings = { cpuShares: 102, cpuPeriodUs: 100_000, cpuQuotaUs: 10_000, memoryBytes: 67_108_864 };
const asking = (cpu: string, memory: string, more: Partial<Container> = {}): Container => {
  const amounts = (): Amounts => ({ cpu, memory });
  return aContainer('app', { resources: { limits: amounts(), requests: amounts() }, ...more });
};
const PUBLISHED = { limits: { cpu: '100m', memory: '64Mi' }, requests: { cpu: '100m', memory: '64Mi' } };

function inputOf(container: Container, others: readonly Pod[] = [], actual: ResourceSettings = MADE): SyncInput {
  const status = {
    phase: 'Running' as const,
    containerStatuses: [
      {
        name: 'app',
        image: 'busybox:1',
        imageID: '',
        ready: true,
        restartCount: 0,
        resources: PUBLISHED,
        allocatedResources: PUBLISHED.requests,
      },
    ],
  };
  return {
    pod: aPod({ containers: [container] }, { status }),
    observed: observedPod([anInstance('app', { resources: actual })]),
    problems: new Map(),
    now: T0,
    node: { allocatable: { cpu: '2', memory: '1Gi' }, others },
  };
}
const actionsFor = (input: SyncInput): unknown => computePodActions(input).actions;
const statusFor = (input: SyncInput): ReturnType<typeof computePodStatus> =>
  computePodStatus(input, computePodActions(input), { hostIP: '192.0.2.1', messages: new Map(), agentNow: T0 });
const conditionsOf = (input: SyncInput): unknown[] =>
  (statusFor(input).conditions ?? []).filter(({ type }) => type.startsWith('PodResize'));

describe('resizing', () => {
  it('does nothing while a container has what it asks for', () => {
    const input = inputOf(asking('100m', '64Mi'));
    expect(actionsFor(input)).toEqual([]);
    expect(conditionsOf(input)).toEqual([]);
    expect(statusFor(input).containerStatuses?.[0]).toMatchObject({ resources: PUBLISHED });
  });

  it('updates a running container in place, and says that it does', () => {
    const input = inputOf(asking('200m', '128Mi'));
    expect(actionsFor(input)).toEqual([
      {
        kind: 'resizeContainer',
        id: 'app-0',
        name: 'app',
        containerKind: 'app',
        resources: { cpuShares: 204, cpuPeriodUs: 100_000, cpuQuotaUs: 20_000, memoryBytes: 134_217_728 },
      },
    ]);
    expect(conditionsOf(input)).toEqual([
      { type: 'PodResizeInProgress', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' },
    ]);
    expect(statusFor(input).containerStatuses?.[0]).toMatchObject({ resources: PUBLISHED });
  });

  it('restarts it where the policy of the changed resource says so', () => {
    const resizePolicy = [{ resourceName: 'memory', restartPolicy: 'RestartContainer' } as const];
    expect(actionsFor(inputOf(asking('100m', '128Mi', { resizePolicy })))).toMatchObject([
      { kind: 'killContainer', id: 'app-0', message: 'Container app resize requires restart' },
    ]);
    expect(actionsFor(inputOf(asking('200m', '64Mi', { resizePolicy })))).toMatchObject([{ kind: 'resizeContainer' }]);
  });

  it('does not make what the node does not have', () => {
    const input = inputOf(asking('3', '64Mi'));
    expect(actionsFor(input)).toEqual([]);
    expect(conditionsOf(input)).toMatchObject([
      {
        type: 'PodResizePending',
        status: 'True',
        reason: 'Infeasible',
        message: "Node didn't have enough capacity: cpu, requested: 3000, capacity: 2000",
      },
    ]);
    expect(statusFor(input).containerStatuses?.[0]).toMatchObject({ resources: PUBLISHED });
  });

  it('waits for what others have', () => {
    const other = aPod({ containers: [asking('1500m', '1Mi')] });
    const input = inputOf(asking('1', '64Mi'), [other]);
    expect(actionsFor(input)).toEqual([]);
    expect(conditionsOf(input)).toMatchObject([
      {
        reason: 'Deferred',
        message: "Node didn't have enough resource: cpu, requested: 1000, used: 1500, capacity: 2000",
      },
    ]);
    expect(computePodActions(input).wakeAt).toBe(T0 + 10_000);
  });

  it('leaves alone what the engine does not tell', () => {
    const container = asking('200m', '128Mi');
    const input = { ...inputOf(container), observed: observedPod([anInstance('app')]) };
    expect(actionsFor(input)).toEqual([]);
  });
});
