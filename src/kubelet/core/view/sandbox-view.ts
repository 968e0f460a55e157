import type { ObservedPod, ObservedSandbox } from '../../../runtime/observed.js';

/** The newest sandbox when it runs: the one containers may join. Newest by attempt, never by time. */
export function currentSandbox(observed: ObservedPod): ObservedSandbox | undefined {
  const newest = observed.sandboxes[0];
  return newest?.ready === true ? newest : undefined;
}

export type SandboxVerdict =
  { readonly kind: 'good'; readonly sandbox: ObservedSandbox } | { readonly kind: 'needed'; readonly attempt: number };

/**
 * Is there a sandbox to build on, or which attempt must be made? Source: kubelet PodSandboxChanged.
 * A sandbox that was created and never started is an interrupted creation: the same attempt is made again, and the
 * runtime finds its own container by name.
 */
export function judgeSandbox(observed: ObservedPod, hostNetwork: boolean): SandboxVerdict {
  const newest = observed.sandboxes[0];
  if (newest === undefined) return { kind: 'needed', attempt: 0 };
  if (newest.created) return { kind: 'needed', attempt: newest.attempt };
  const ready = observed.sandboxes.filter((sandbox) => sandbox.ready);
  const bad =
    ready.length !== 1 ||
    !newest.ready ||
    newest.hostNetwork !== hostNetwork ||
    (!hostNetwork && newest.ips.length === 0) ||
    // Restarted by hand: what runs is still in the old, dead network namespace. One that the engine is taking away is on its
    // way out, however long that takes: no new sandbox would make it go.
    observed.containers.some(
      ({ sandboxInstance, state }) => state === 'running' && sandboxInstance !== newest.instance,
    );
  return bad ? { kind: 'needed', attempt: newest.attempt + 1 } : { kind: 'good', sandbox: newest };
}

/** Something may be running: it has to be stopped before anything may be assumed dead. */
export const isLive = (state: 'created' | 'running' | 'exited' | 'unknown'): boolean =>
  state === 'running' || state === 'unknown';
