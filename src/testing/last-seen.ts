import type { Event } from '../api/schema/event.js';
import type { ContainerStatus, Pod } from '../api/schema/pod.js';

/** What is worth knowing about a pod that did not do what was waited for. */
export interface PodEvidence {
  /** Absent when it is gone. */
  readonly pod?: Pod;
  /** Oldest first. */
  readonly events: readonly Event[];
  /** The newest lines of each container that has any. */
  readonly logs: ReadonlyMap<string, readonly string[]>;
}

const EVENTS_SHOWN = 8;

/** Several lines for an error message: phase, conditions that do not hold, container states, events, logs. */
export function describeEvidence({ pod, events, logs }: PodEvidence): string {
  if (pod === undefined) return 'the pod is gone';
  const status = pod.status ?? {};
  const lines = [`phase ${status.phase ?? 'Pending'}${reasonText(status)}`];
  for (const condition of status.conditions ?? [])
    if (condition.status !== 'True')
      lines.push(`condition ${condition.type} is ${condition.status}${reasonText(condition)}`);
  for (const container of status.initContainerStatuses ?? []) lines.push(`init container ${containerText(container)}`);
  for (const container of status.containerStatuses ?? []) lines.push(`container ${containerText(container)}`);
  for (const event of events.slice(-EVENTS_SHOWN)) lines.push(`event ${eventText(event)}`);
  for (const [container, text] of logs) lines.push(`log of ${container}:`, ...text.map((line) => `  | ${line}`));
  return lines.join('\n  ');
}

/** `web: waiting, ImagePullBackOff: Back-off pulling image "x"; 2 restarts`. */
function containerText(container: ContainerStatus): string {
  const restarts = container.restartCount === 0 ? '' : `; ${container.restartCount} restarts`;
  return `${container.name}: ${stateText(container)}${restarts}`;
}

function stateText({ state, ready }: ContainerStatus): string {
  if (state?.running) return ready ? 'running, ready' : 'running, not ready';
  if (state?.terminated) return `ended with exit code ${state.terminated.exitCode}${reasonText(state.terminated)}`;
  return `waiting${reasonText(state?.waiting ?? {})}`;
}

function eventText(event: Event): string {
  const count = event.count !== undefined && event.count > 1 ? ` x${event.count}` : '';
  return `${event.type ?? 'Normal'} ${event.reason ?? ''}${count}: ${event.message ?? ''}`;
}

function reasonText({ reason, message }: { readonly reason?: string; readonly message?: string }): string {
  const parts = [reason, message].filter((part) => part !== undefined && part !== '');
  return parts.length === 0 ? '' : `, ${parts.join(': ')}`;
}
