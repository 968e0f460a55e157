import type { Container } from '../../../api/schema/pod.js';
import type { ObservedSandbox } from '../../../runtime/observed.js';
import type { PodAction } from './pod-action.js';
import { computePodActions } from './pod-actions.js';
import type { SyncInput } from './sync-input.js';

export type StartAction = Extract<PodAction, { kind: 'startContainer' }>;

/**
 * What the next round will start once the sandbox of a new pod runs, so that it may be created while that starts. Only
 * for a pod of which nothing was ever there: a guess that turns out wrong is a container that is removed unstarted.
 */
export function firstStarts(input: SyncInput): readonly StartAction[] {
  const { containers, sandboxes } = input.observed;
  if (containers.length > 0 || sandboxes.length > 0) return [];
  const sandbox: ObservedSandbox = {
    id: '',
    instance: '',
    attempt: 0,
    specHash: '',
    ready: true,
    created: false,
    hostNetwork: input.pod.spec.hostNetwork === true,
    createdAt: input.now,
    startedAt: input.now,
    ips: ['to come'],
    pid: 0,
  };
  const { actions } = computePodActions({ ...input, observed: { ...input.observed, sandboxes: [sandbox] } });
  const starts = actions.filter((action) => action.kind === 'startContainer');
  const hook = starts.findIndex(({ postStart }) => postStart);
  return hook === -1 ? starts : starts.slice(0, hook + 1);
}

/** Can a container be made before its sandbox runs? Not when it shows addresses, or a part of a volume has to be found. */
export const needsRunningSandbox = ({ env = [], volumeMounts = [] }: Container): boolean =>
  env.some(({ valueFrom }) => valueFrom?.fieldRef?.fieldPath.startsWith('status.') === true) ||
  volumeMounts.some(({ subPath = '', subPathExpr = '' }) => subPath !== '' || subPathExpr !== '');
