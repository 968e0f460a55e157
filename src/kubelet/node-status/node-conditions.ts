import type { Node } from '../../api/schema/node.js';
import { toRfc3339 } from '../../lib/time.js';
import type { NodeFacts } from './node-facts.js';

export type NodeCondition = NonNullable<NonNullable<Node['status']>['conditions']>[number];
type Verdict = Pick<NodeCondition, 'status' | 'reason' | 'message'>;

/** Less of the disk than this is free: disk pressure. Source: kubelet evictionHard nodefs.available<10%. */
const LEAST_FREE_DISK = 0.1;

/**
 * The kubelet's conditions in its order, after those of other owners; `Ready` is last. Transition times change only when
 * the status does. Nothing watches the memory and the processes of the engine's machine, so they are never under
 * pressure. Source: kubelet pkg/kubelet/nodestatus/setters.go.
 */
export function computeNodeConditions(
  facts: NodeFacts,
  previous: readonly NodeCondition[],
  now: number,
): readonly NodeCondition[] {
  const own: readonly (readonly [string, Verdict])[] = [
    ['MemoryPressure', no('KubeletHasSufficientMemory', 'kubelet has sufficient memory available')],
    [
      'DiskPressure',
      isDiskFull(facts)
        ? yes('KubeletHasDiskPressure', 'kubelet has disk pressure')
        : no('KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    ],
    ['PIDPressure', no('KubeletHasSufficientPID', 'kubelet has sufficient PID available')],
    ['Ready', computeReady(facts)],
  ];
  const foreign = previous.filter(({ type }) => !own.some(([name]) => name === type));
  return [...foreign, ...own.map(([type, verdict]) => toCondition(type, verdict, previous, now))];
}

/** The `Node <n> status is now:` events for conditions that are new or have flipped, in the order of the conditions. */
export function conditionEvents(
  before: readonly NodeCondition[],
  after: readonly NodeCondition[],
): readonly { readonly type: 'Normal'; readonly reason: string }[] {
  return after.flatMap(({ status, type }) => {
    const reason = EVENT_REASONS[type]?.[status === 'True' ? 'True' : 'False'];
    const unchanged = before.find((condition) => condition.type === type)?.status === status;
    return reason === undefined || unchanged ? [] : [{ type: 'Normal' as const, reason }];
  });
}

const EVENT_REASONS: Readonly<Record<string, { readonly True: string; readonly False: string }>> = {
  MemoryPressure: { True: 'NodeHasInsufficientMemory', False: 'NodeHasSufficientMemory' },
  DiskPressure: { True: 'NodeHasDiskPressure', False: 'NodeHasNoDiskPressure' },
  PIDPressure: { True: 'NodeHasInsufficientPID', False: 'NodeHasSufficientPID' },
  Ready: { True: 'NodeReady', False: 'NodeNotReady' },
};

function computeReady({ healthy, host }: NodeFacts): Verdict {
  const problems = [
    ...(healthy ? [] : ['container runtime is down']),
    ...(host === undefined ? ['Missing node capacity for resources: cpu, memory, pods, ephemeral-storage'] : []),
  ];
  return problems.length === 0
    ? yes('KubeletReady', 'kubelet is posting ready status')
    : no('KubeletNotReady', problems.join(','));
}

const isDiskFull = ({ host }: NodeFacts): boolean =>
  host?.disk !== undefined && host.disk.availableBytes < host.disk.capacityBytes * LEAST_FREE_DISK;

const yes = (reason: string, message: string): Verdict => ({ status: 'True', reason, message });
const no = (reason: string, message: string): Verdict => ({ status: 'False', reason, message });

function toCondition(type: string, verdict: Verdict, previous: readonly NodeCondition[], now: number): NodeCondition {
  const before = previous.find((condition) => condition.type === type);
  const since = before?.status === verdict.status ? before.lastTransitionTime : undefined;
  const time = toRfc3339(now);
  return { type, ...verdict, lastHeartbeatTime: time, lastTransitionTime: since ?? time };
}
