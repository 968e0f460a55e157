import type { ConfigObject } from '../api/config-object.js';
import { formatProblem } from '../api/problem.js';
import { readPods } from '../api/read-pods.js';
import type { Pod } from '../api/schema/pod.js';
import { KubeletteError } from '../lib/errors.js';
import { readTextFiles, type TextFile } from '../lib/text-files.js';

/** What files of a folder are manifests. */
const EXTENSIONS = ['.yaml', '.yml', '.json'];

/**
 * The pods, and what they use, of a file, of all manifests in a folder, of YAML or JSON text, or of an object, ready to be created.
 * @throws KubeletteError `Invalid` with all problems, one per line; `NotFound` when the file does not exist
 */
export async function readManifestPods(manifest: string | object): Promise<{
  readonly pods: readonly Pod[];
  readonly configs: readonly ConfigObject[];
  readonly warnings: readonly string[];
}> {
  const found = (await manifestTexts(manifest)).map(({ name, text }) => readPods(text, name));
  const problems = found.flatMap((one) => one.problems).map(formatProblem);
  if (problems.length > 0) {
    throw new KubeletteError('Invalid', `the manifest is not valid:\n  ${problems.join('\n  ')}`, {
      details: { problems },
    });
  }
  return {
    pods: found.flatMap((one) => one.pods),
    configs: found.flatMap((one) => one.configs),
    warnings: found.flatMap((one) => one.warnings).map(formatProblem),
  };
}

async function manifestTexts(manifest: string | object): Promise<readonly TextFile[]> {
  if (typeof manifest === 'object') return [{ name: '<object>', text: JSON.stringify(manifest) }];
  if (isManifestText(manifest)) return [{ name: '<text>', text: manifest }];
  return readTextFiles([manifest], EXTENSIONS);
}

/** Paths have one line and are no JSON; manifests of one line that are neither do not exist. */
const isManifestText = (text: string): boolean => text.includes('\n') || /^\s*\{/.test(text);
