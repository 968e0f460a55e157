import type { LifecycleHandler } from '../../api/schema/pod.js';
import { LinkedAbort } from '../../lib/abort.js';
import { fieldPath } from '../core/spec/container-path.js';
import type { ContainerKind } from '../../runtime/observed.js';
import type { HookPorts, HookTarget } from './hook-target.js';
import { runHook } from './run-hook.js';

interface Running {
  /** Never rejects. */
  readonly done: Promise<void>;
  readonly cut: LinkedAbort;
}

/**
 * The preStop hooks of one pod that are running. They live as long as its worker, not as the round that began them: when a
 * shorter grace ends that round, the next one goes on waiting for the same hook.
 */
export class PreStopHooks {
  readonly #ports: HookPorts;
  readonly #life: AbortSignal;
  readonly #running = new Map<string, Running>();

  /** @param life of the worker */
  constructor(ports: HookPorts, life: AbortSignal) {
    this.#ports = ports;
    this.#life = life;
  }

  /** Starts the hook. Its failure is an event and nothing else. */
  begin(target: HookTarget & { readonly kind: ContainerKind }, handler: LifecycleHandler): void {
    const cut = new LinkedAbort(this.#life);
    const done = runHook(this.#ports, handler, target, cut.signal)
      .catch(() => {
        if (cut.signal.aborted) return;
        const path = fieldPath(target.kind, target.container.name);
        this.#ports.events.event(target.pod, 'Warning', 'FailedPreStopHook', 'PreStopHook failed', path);
      })
      .finally(() => cut.release());
    this.#running.set(target.containerId, { cut, done });
  }

  /** Resolves when the hook of this container has ended; undefined when none was begun here. */
  running(containerId: string): Promise<void> | undefined {
    return this.#running.get(containerId)?.done;
  }

  /** Nobody waits for it any more. A command goes on in its container until that ends. */
  leave(containerId: string): void {
    this.#running.get(containerId)?.cut.abort();
    this.#running.delete(containerId);
  }
}
