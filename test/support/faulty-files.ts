import * as real from 'node:fs/promises';

/** What changes something on the disk. */
const CHANGES: ReadonlySet<string> = new Set([
  ...['open', 'write', 'appendFile', 'writeFile', 'sync', 'datasync', 'truncate', 'close'],
  ...['rename', 'link', 'rm', 'unlink', 'mkdir', 'symlink'],
]);

type Operation = (...parameters: unknown[]) => Promise<unknown>;

/**
 * `node:fs/promises` on a disk that refuses the k-th change, or for a process that dies there. A write is done by half
 * before it fails. For `jest.unstable_mockModule('node:fs/promises', () => files.module)`.
 */
export class FaultyFiles {
  readonly module: Readonly<Record<string, unknown>>;
  /** Names of the changes since the last `reset`. */
  readonly changes: string[] = [];
  #fault: { readonly at: number; readonly code: 'ENOSPC' | 'EIO' | 'dead' } | undefined;
  #dead = false;
  #die: () => void = () => undefined;
  /** Resolves when the process is dead, since the last `reset`. */
  died: Promise<void> = Promise.resolve();

  constructor() {
    this.reset();
    const wrapped = Object.entries(real).map(([name, value]) => [
      name,
      typeof value === 'function' ? this.#wrap(name, value as Operation, undefined) : value,
    ]);
    this.module = Object.fromEntries(wrapped) as Readonly<Record<string, unknown>>;
  }

  /** From here on all is well, or the k-th change fails: with this error, or like all after it because the process is dead. */
  reset(fault?: { readonly at: number; readonly code: 'ENOSPC' | 'EIO' | 'dead' }): void {
    this.#fault = fault;
    this.#dead = false;
    this.died = new Promise((resolve) => (this.#die = resolve));
    this.changes.length = 0;
  }

  #wrap(name: string, operation: Operation, self: object | undefined): Operation {
    return async (...parameters) => {
      // A handle that cannot be closed is gone all the same.
      if (name === 'close') await operation.apply(self, parameters);
      if (this.#dead) throw problem('dead');
      if (CHANGES.has(name)) {
        this.changes.push(name);
        if (this.changes.length === this.#fault?.at) {
          const { code } = this.#fault;
          this.#dead = code === 'dead';
          if (this.#dead) this.#die();
          if (name === 'write' || name === 'appendFile') await operation.apply(self, half(name, parameters));
          throw problem(code);
        }
      }
      if (name === 'close') return undefined;
      const result = await operation.apply(self, parameters);
      return name === 'open' ? this.#handle(result as real.FileHandle) : result;
    };
  }

  #handle(handle: real.FileHandle): real.FileHandle {
    return new Proxy(handle, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? this.#wrap(String(key), value as Operation, target) : value;
      },
    });
  }
}

/** `write(bytes, offset, length, position)` or `appendFile(text)`. */
function half(name: string, parameters: readonly unknown[]): unknown[] {
  const [content, offset, length, ...rest] = parameters;
  if (name === 'appendFile')
    return [Buffer.from(content as string).subarray(0, Buffer.byteLength(content as string) / 2)];
  return [content, offset, Math.floor((length as number) / 2), ...rest];
}

const problem = (code: string): Error => Object.assign(new Error(`${code}: a fault of the test`), { code });
