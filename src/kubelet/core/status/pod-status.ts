import type { ContainerStatus, PodStatus } from '../../../api/schema/pod-status.js';
import type { Pod } from '../../../api/schema/pod.js';
import { computeQosClass } from '../../../api/qos.js';
import { toRfc3339 } from '../../../lib/time.js';
import { computeConditions } from './conditions.js';
import { computeContainerStatus, type ContainerStatusContext } from './container-status.js';
import { containerViews, type ContainerView } from '../view/container-view.js';
import { isInitialized } from '../plan/init-containers.js';
import { computePhase } from './phase.js';
import type { PodPlan } from '../plan/pod-action.js';
import { isRestartingAll, restartAllCondition, statusAfterRestartAll } from '../plan/restart-all.js';
import { addResources, withResizes } from './resize-status.js';
import { endWaiting } from './unlocated.js';
import { judgeSandbox } from '../view/sandbox-view.js';
import type { SyncInput } from '../plan/sync-input.js';
import { isTerminalPhase } from '../plan/termination.js';

export interface StatusContext {
  /** The node's address. */
  readonly hostIP: string;
  /** Termination messages by container id. */
  readonly messages: ReadonlyMap<string, string>;
  /** The agent's clock, epoch milliseconds, for times the agent itself decides. */
  readonly agentNow: number;
}

/**
 * What `kubectl get pod -o yaml` shows, from facts alone. Nothing in it is older than the observation but what is
 * remembered of instances that are gone. Source: kubelet generateAPIPodStatus, pkg/kubelet/kubelet_pods.go.
 */
export function computePodStatus(input: SyncInput, plan: PodPlan, context: StatusContext): PodStatus {
  const views = containerViews(input);
  const { node, observed, pod } = input;
  const final = plan.phase === 'terminated';
  const ofContainers = containerContext(input, plan, context);
  const statusOf = (view: ContainerView): ContainerStatus =>
    whileRestartingAll(input, plan, view) ?? computeContainerStatus(view, ofContainers);
  const ofMember = (view: ContainerView) => {
    const status = statusOf(view);
    if (node !== undefined) addResources(status, pod, view);
    return { view, status };
  };
  const initStatuses = views.inits.map(ofMember);
  const appStatuses = views.apps.map(ofMember);
  const computed = computePhase({
    inits: initStatuses,
    apps: appStatuses,
    previous: pod.status?.phase,
    final,
  });
  const failure = final && !isTerminalPhase(pod.status?.phase) ? plan.failure : undefined;
  const phase = failure === undefined ? computed : 'Failed';
  const sandboxReady = judgeSandbox(observed, pod.spec.hostNetwork === true).kind === 'good';
  const conditions = computeConditions({
    pod,
    inits: initStatuses,
    apps: appStatuses,
    phase,
    sandboxReady,
    initialized: isInitialized(views),
    restartingAll: restartAllCondition(pod, plan.restartingAll),
    now: context.agentNow,
  });
  if (final) endWaiting({ inits: initStatuses, apps: appStatuses });
  const status: PodStatus = {
    phase,
    conditions: node === undefined ? conditions : withResizes(conditions, pod, node, views, context.agentNow),
    hostIP: context.hostIP,
    hostIPs: [{ ip: context.hostIP }],
    startTime: pod.status?.startTime ?? toRfc3339(context.agentNow),
    qosClass: pod.status?.qosClass ?? computeQosClass(pod.spec),
    // These are listed by name, not in spec order. Source: kubelet, sorted in convertToAPIContainerStatuses.
    containerStatuses: appStatuses.map((app) => app.status).sort(byName),
  };
  const { reason, message } = failure ?? (phase === pod.status?.phase ? pod.status : {});
  if (reason !== undefined) status.reason = reason;
  if (message !== undefined) status.message = message;
  const ips = podIps(input, context);
  if (ips[0] !== undefined) {
    status.podIP = ips[0];
    status.podIPs = ips.map((ip) => ({ ip }));
  }
  if (initStatuses.length > 0) status.initContainerStatuses = initStatuses.map((init) => init.status);
  if (views.ephemerals.length > 0) status.ephemeralContainerStatuses = views.ephemerals.map(statusOf).sort(byName);
  return status;
}

/** What was published stands while its instance is taken away, and then it is one that is to start. */
function whileRestartingAll(input: SyncInput, plan: PodPlan, view: ContainerView): ContainerStatus | undefined {
  const { pod } = input;
  const { kind, newest, stored } = view;
  if (!restartsAll(input, plan) || kind === 'ephemeral' || newest !== undefined || stored === undefined)
    return undefined;
  return plan.restartingAll === 'over'
    ? statusAfterRestartAll(stored, defaultReason(pod))
    : { ...stored, ready: false, started: false };
}

/** However its containers end meanwhile, the pod goes on. */
const restartsAll = ({ pod }: SyncInput, { phase, restartingAll }: PodPlan): boolean =>
  phase === 'syncing' && (restartingAll !== undefined || isRestartingAll(pod));

const defaultReason = ({ spec }: Pod): ContainerStatusContext['defaultReason'] =>
  (spec.initContainers ?? []).length > 0 ? 'PodInitializing' : 'ContainerCreating';

const byName = (a: ContainerStatus, b: ContainerStatus): number => (a.name < b.name ? -1 : 1);

function containerContext({ pod }: SyncInput, plan: PodPlan, { messages }: StatusContext): ContainerStatusContext {
  return {
    defaultReason: defaultReason(pod),
    waiting: plan.waiting,
    deleting: pod.metadata.deletionTimestamp !== undefined,
    ending: plan.phase !== 'syncing',
    final: plan.phase === 'terminated',
    messages,
  };
}

/** Addresses of the running sandbox; the last known ones stay in the status after it was stopped. */
function podIps({ observed, pod }: SyncInput, { hostIP }: StatusContext): readonly string[] {
  if (pod.spec.hostNetwork === true) return [hostIP];
  const ready = observed.sandboxes.find((sandbox) => sandbox.ready);
  if (ready !== undefined && ready.ips.length > 0) return ready.ips;
  return (pod.status?.podIPs ?? []).map(({ ip }) => ip);
}
