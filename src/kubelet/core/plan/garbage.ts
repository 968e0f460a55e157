import type { ObservedPod, ObservedSandbox } from '../../../runtime/observed.js';
import type { PodAction } from './pod-action.js';

/**
 * What a running pod no longer needs: of each container all dead instances but the newest, which `lastState` and
 * `logs --previous` show; dead init containers of an earlier sandbox; earlier sandboxes.
 * Source: kubelet kuberuntime_gc.go and pruneInitContainersBeforeStart.
 */
export function collectGarbage(observed: ObservedPod, sandbox: ObservedSandbox): PodAction[] {
  const kept = new Set<string>();
  const actions: PodAction[] = [];
  for (const { attempt, id, kind, name, sandboxInstance, state } of observed.containers) {
    if (state !== 'exited' && state !== 'created') continue;
    const purged = kind === 'init' && sandboxInstance !== sandbox.instance;
    const isNewest = observed.containers.find((other) => other.name === name)?.id === id;
    const keep = !purged && (isNewest || (state === 'exited' && !kept.has(name)));
    if (keep && state === 'exited') kept.add(name);
    if (!keep) actions.push({ kind: 'removeContainer', id, name, attempt });
  }
  for (const other of observed.sandboxes) {
    if (other.id !== sandbox.id && !other.ready) actions.push({ kind: 'removeSandbox', id: other.id });
  }
  return actions;
}
