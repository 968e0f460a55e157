import type { Agent } from '../agent.js';
import type { Event } from '../api/schema/event.js';
import type { Pod } from '../api/schema/pod.js';
import type { PodEvidence } from './last-seen.js';
import { splitLines } from '../lib/lines.js';
import { EVIDENCE_TIMEOUT_MS, LOG_LINES_SHOWN } from './options.js';
import { findPod, type PodReference } from './watch-pod.js';

/** The events about this pod, oldest first. */
export function podEvents(agent: Agent, reference: PodReference): readonly Event[] {
  return agent.store
    .list<Event>('Event', { namespace: reference.namespace })
    .items.filter((event) => event.involvedObject.uid === reference.uid)
    .toSorted((a, b) => revision(a) - revision(b));
}

/** Collects what can be said about the pod now. Never fails: what cannot be had is left out. */
export async function collectEvidence(agent: Agent, reference: PodReference): Promise<PodEvidence> {
  const events = podEvents(agent, reference);
  const pod = findPod(agent.store, reference);
  if (pod === undefined) return { events, logs: new Map() };
  const logs = new Map<string, readonly string[]>();
  await Promise.all(
    startedContainers(pod).map(async (container) => {
      const lines = await lastLines(agent, reference, container);
      if (lines.length > 0) logs.set(container, lines);
    }),
  );
  return { pod, events, logs };
}

function startedContainers(pod: Pod): readonly string[] {
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  return statuses.filter(({ state }) => state?.running ?? state?.terminated).map(({ name }) => name);
}

async function lastLines(
  agent: Agent,
  { namespace, name }: PodReference,
  container: string,
): Promise<readonly string[]> {
  const lines: string[] = [];
  try {
    const options = { follow: false, timestamps: false, tailLines: LOG_LINES_SHOWN };
    const target = { namespace, name, container, previous: false };
    const signal = AbortSignal.timeout(EVIDENCE_TIMEOUT_MS);
    for await (const line of splitLines(agent.operations.logs(target, options, signal))) lines.push(line);
  } catch {
    // The error that this is evidence for matters more.
  }
  return lines;
}

const revision = (event: Event): number => Number(event.metadata.resourceVersion ?? 0);
