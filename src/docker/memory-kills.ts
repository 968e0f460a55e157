import type { ObservedContainer } from '../runtime/observed.js';

/** Of SIGKILL, by which the kernel makes room. */
const KILLED = 137;

/**
 * What the engine's events say of memory. When the kernel's notice reaches the engine after the death, a tenth of a second late
 * on a busy machine, it tells of it but never sets its flag (seen on 20.10: three deaths in a hundred).
 */
export class MemoryKills {
  /** By container id, when it was told last, epoch ms of the engine. */
  readonly #told = new Map<string, number>();

  /** @param at epoch ms of the engine */
  hear(action: string, id: string, at: number): void {
    if (action === 'oom') this.#told.set(id, at);
    if (action === 'destroy') this.#told.delete(id);
  }

  /** Of a container whose main process was killed in the run that this tells of. Pure but for what was told. */
  applyTo(container: ObservedContainer): ObservedContainer {
    const at = this.#told.get(container.id);
    const inThisRun = at !== undefined && container.startedAt !== undefined && at >= container.startedAt;
    return inThisRun && container.exitCode === KILLED ? { ...container, oomKilled: true } : container;
  }
}
