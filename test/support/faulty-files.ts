import * as real from 'node:fs/promises';
import { interceptFiles, type FileOperation } from './intercepted-files.js';

/**
 * `node:fs/promises` on a disk that refuses the k-th change, or for a process that dies there. A write is done by half
 * before it fails. For `jest.unstable_mockModule('node:fs/promises', () => files.module)`.
 */
export class FaultyFiles {
  readonly module = interceptFiles(real, async (operation) => this.#perform(operation));
  /** Names of the changes since the last `reset`. */
  readonly changes: string[] = [];
  #fault: { readonly at: number; readonly code: 'ENOSPC' | 'EIO' | 'dead' } | undefined;
  #dead = false;
  #die: () => void = () => undefined;
  /** Resolves when the process is dead, since the last `reset`. */
  died: Promise<void> = Promise.resolve();

  constructor() {
    this.reset();
  }

  /** From here on all is well, or the k-th change fails: with this error, or like all after it because the process is dead. */
  reset(fault?: { readonly at: number; readonly code: 'ENOSPC' | 'EIO' | 'dead' }): void {
    this.#fault = fault;
    this.#dead = false;
    this.died = new Promise((resolve) => (this.#die = resolve));
    this.changes.length = 0;
  }

  async #perform({ name, isChange, perform, performHalf }: FileOperation): Promise<unknown> {
    // A handle that cannot be closed is gone all the same.
    if (name === 'close') await perform();
    if (this.#dead) throw problem('dead');
    if (isChange) {
      this.changes.push(name);
      if (this.changes.length === this.#fault?.at) {
        const { code } = this.#fault;
        this.#dead = code === 'dead';
        if (this.#dead) this.#die();
        await performHalf?.();
        throw problem(code);
      }
    }
    return name === 'close' ? undefined : perform();
  }
}

const problem = (code: string): Error => Object.assign(new Error(`${code}: a fault of the test`), { code });
