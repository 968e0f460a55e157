import type { FileHandle } from 'node:fs/promises';

/** What changes something on the disk. */
const CHANGES: ReadonlySet<string> = new Set([
  ...['open', 'write', 'appendFile', 'writeFile', 'sync', 'datasync', 'truncate', 'close'],
  ...['rename', 'link', 'rm', 'unlink', 'mkdir', 'mkdtemp', 'symlink', 'chmod'],
]);

/** A call of `node:fs/promises`, or of a file that was opened through it. */
export interface FileOperation {
  readonly name: string;
  /** What it concerns: of a rename or link the new name. */
  readonly path: string;
  readonly isChange: boolean;
  readonly perform: () => Promise<unknown>;
  /** Writes half of it. Absent where there is no such thing. */
  readonly performHalf?: () => Promise<unknown>;
}

type Intercept = (operation: FileOperation) => Promise<unknown>;
type Files = Readonly<Record<string, unknown>>;
type Call = (...parameters: unknown[]) => Promise<unknown>;

/**
 * `node:fs/promises` whose every call goes through `intercept`, which performs it or does not; so do those of open files.
 * @param real the module, or what stood in its place
 */
export function interceptFiles(real: object, intercept: Intercept): Files {
  const wrap = (name: string, call: Call): Call => {
    return async (...parameters) => {
      const path = String(['rename', 'link', 'symlink'].includes(name) ? parameters[1] : parameters[0]);
      const result = await intercept(operation({ name, path, call, parameters, content: 1 }));
      return name === 'open' ? interceptHandle(result as FileHandle, path, intercept) : result;
    };
  };
  return Object.fromEntries(
    Object.entries(real).map(([name, value]: [string, unknown]) => [
      name,
      typeof value === 'function' ? wrap(name, value as Call) : value,
    ]),
  );
}

function interceptHandle(file: FileHandle, path: string, intercept: Intercept): FileHandle {
  return new Proxy(file, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      const call = value.bind(target) as Call;
      return async (...parameters: unknown[]) =>
        intercept(operation({ name: String(key), path, call, parameters, content: 0 }));
    },
  });
}

/** @param content which parameter it is that is written */
function operation(of: {
  readonly name: string;
  readonly path: string;
  readonly call: Call;
  readonly parameters: readonly unknown[];
  readonly content: number;
}): FileOperation {
  const { name, path, call, parameters, content } = of;
  const isText = name === 'appendFile' || name === 'writeFile';
  return {
    name,
    path,
    isChange: CHANGES.has(name),
    perform: async () => call(...parameters),
    ...(isText && {
      performHalf: async () => call(...parameters.map((one, index) => (index === content ? firstHalf(one) : one))),
    }),
    // `write(bytes, offset, length, position)`
    ...(name === 'write' && {
      performHalf: async () =>
        call(...parameters.map((one, index) => (index === 2 ? Math.floor((one as number) / 2) : one))),
    }),
  };
}

function firstHalf(text: unknown): Buffer {
  const bytes = Buffer.from(text as string);
  return bytes.subarray(0, bytes.length / 2);
}
