import { parseRfc3339 } from '../../../lib/time.js';
import type { SyncInput } from './sync-input.js';

/** Why a pod failed that ran for longer than it may. */
export const DEADLINE_EXCEEDED = {
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
} as const;

/**
 * When `activeDeadlineSeconds` are over, on the engine's clock: they count from the first status, so pulling and init
 * containers are part of them. Undefined without a deadline or before there is a status.
 * Source: kubelet pkg/kubelet/active_deadline.go.
 */
export function deadlineAt({ clockSkewMs = 0, pod }: SyncInput): number | undefined {
  const { activeDeadlineSeconds } = pod.spec;
  if (activeDeadlineSeconds === undefined) return undefined;
  const started = parseRfc3339(pod.status?.startTime);
  if (started === undefined) return undefined;
  return started + activeDeadlineSeconds * 1000 + clockSkewMs;
}
