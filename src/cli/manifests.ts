import type { ConfigObject } from '../api/config-object.js';
import { formatProblem, type Problem } from '../api/problem.js';
import { readPods } from '../api/read-pods.js';
import type { Pod } from '../api/schema/pod.js';
import { readTextFiles } from '../lib/text-files.js';

const EXTENSIONS = ['.yaml', '.yml', '.json'];

/** Everything that files given on the command line hold, and all that is wrong with it. */
export interface ManifestsRead {
  readonly files: number;
  readonly pods: readonly Pod[];
  readonly configs: readonly ConfigObject[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Reads files, folders and `-`. @throws KubeletteError when a path cannot be read */
export async function readManifests(paths: readonly string[]): Promise<ManifestsRead> {
  const files = await readTextFiles(paths, EXTENSIONS, process.stdin);
  const found = files.map(({ name, text }) => ({ name, ...readPods(text, name) }));
  return {
    files: files.length,
    pods: found.flatMap(({ pods }) => pods),
    configs: found.flatMap(({ configs }) => configs),
    problems: [...found.flatMap(({ problems }) => problems), ...findDuplicates(found)],
    warnings: found.flatMap(({ warnings }) => warnings),
  };
}

/** Two objects of one kind and name cannot both be. */
function findDuplicates(
  files: readonly {
    readonly name: string;
    readonly pods: readonly Pod[];
    readonly configs: readonly ConfigObject[];
  }[],
): readonly Problem[] {
  const firstFile = new Map<string, string>();
  return files.flatMap(({ configs, name: file, pods }) =>
    [...pods, ...configs].flatMap(({ kind, metadata: { namespace = 'default', name } }) => {
      const key = `${kind === 'Pod' ? 'pod' : kind} ${namespace}/${name}`;
      const first = firstFile.get(key);
      firstFile.set(key, first ?? file);
      if (first === undefined) return [];
      const message = `Duplicate value: ${key} is also in ${first}`;
      return [{ file, document: 1, line: 1, column: 1, path: 'metadata.name', message }];
    }),
  );
}

/** `3 problems and 1 warning in 2 files`. */
export function countText({
  files,
  problems,
  warnings,
}: Pick<ManifestsRead, 'files' | 'problems' | 'warnings'>): string {
  const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;
  return `${count(problems.length, 'problem')} and ${count(warnings.length, 'warning')} in ${count(files, 'file')}`;
}

/** A line for people: `warning: web.yaml:7:9: spec.x: …`. */
export const problemLine = (problem: Problem, kind: 'error' | 'warning'): string =>
  `${kind}: ${formatProblem(problem)}`;
