import fs from 'node:fs';
import { interceptFiles, type FileOperation } from '../intercepted-files.js';

/** The process dies at the k-th change it makes to its files: before it, half-way in what it writes, or right after it. */
export interface FileCrash {
  readonly call: number;
  readonly phase: 'before' | 'half' | 'after';
}

/**
 * From now on this process tells of every change it makes below a directory, on its standard output as `file <k> <name>
 * <path>`, with a star behind the name where it can be done by half; and dies with -9 where it is to. Before anything else
 * has got hold of the functions.
 */
export function crashAtFiles(directory: string, crash: FileCrash | undefined): void {
  let calls = 0;
  const intercept = async ({ isChange, name, path, perform, performHalf }: FileOperation): Promise<unknown> => {
    if (!isChange || !path.startsWith(directory)) return perform();
    calls += 1;
    const call = calls;
    const dies = (phase: FileCrash['phase']): boolean => crash?.call === call && crash.phase === phase;
    const star = performHalf === undefined ? '' : '*';
    fs.writeSync(1, `file ${String(call)} ${name}${star} ${path.slice(directory.length + 1)}\n`);
    if (dies('before')) die();
    if (dies('half')) {
      await performHalf?.();
      die();
    }
    const result = await perform();
    if (dies('after')) die();
    return result;
  };
  Object.assign(fs.promises, interceptFiles({ ...fs.promises }, intercept));
}

const die = (): void => void process.kill(process.pid, 'SIGKILL');

/** As a process that `crashAtFiles` watches tells of it. */
export interface FileChange {
  readonly call: number;
  readonly isDivisible: boolean;
}

export const changesIn = (output: string): readonly FileChange[] =>
  [...output.matchAll(/^file (\d+) \w+(\*?) /gm)].map(([, call, star]) => ({
    call: Number(call),
    isDivisible: star !== '',
  }));
