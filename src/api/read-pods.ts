import { decodeManifest, type DecodedObject } from './decode.js';
import { defaultPod } from './defaults.js';
import type { Problem } from './problem.js';
import { byPosition } from './problem.js';
import type { Pod } from './schema/pod.js';
import { validatePod } from './validate.js';

/** The pods of one file, and everything that is wrong with it. */
export interface PodsRead {
  /** Defaulted and valid. Pods with a problem are not among them. */
  readonly pods: readonly Pod[];
  readonly problems: readonly Problem[];
  /** Fields that are known, but have no effect. */
  readonly warnings: readonly Problem[];
  /** Objects that are not pods: well formed, and of no use to who runs pods. */
  readonly others: readonly Problem[];
}

/**
 * Reads what a person wants to run: YAML or JSON, any number of documents.
 * Never throws.
 *
 * @param file as it is to appear in problems
 */
export function readPods(text: string, file: string): PodsRead {
  const { objects, problems, warnings } = decodeManifest(text, { file });
  const found: Problem[] = [...problems];
  const pods: Pod[] = [];
  const others: Problem[] = [];
  for (const decoded of objects) {
    const before = found.length;
    const pod = toPod(decoded, file, found, others);
    if (pod !== undefined && found.length === before) pods.push(pod);
  }
  if (objects.length === 0 && problems.length === 0)
    found.push({ file, document: 1, line: 1, column: 1, path: '', message: 'there is no object in it' });
  return { pods, problems: found.sort(byPosition), warnings, others };
}

function toPod(decoded: DecodedObject, file: string, problems: Problem[], others: Problem[]): Pod | undefined {
  const { object } = decoded;
  const problemAt = (path: string, segments: readonly (string | number)[], message: string): Problem => ({
    file,
    document: decoded.document,
    ...decoded.locate(segments),
    path,
    message,
  });
  const report = (...problem: Parameters<typeof problemAt>): void => void problems.push(problemAt(...problem));
  if (object.kind !== 'Pod') {
    others.push(problemAt('kind', ['kind'], `only Pods are run, not yet this ${object.kind}`));
    return undefined;
  }
  // The namespace an API request would have named.
  const pod = defaultPod({ ...object, metadata: { namespace: 'default', ...object.metadata } });
  for (const { path, segments, message } of validatePod(pod))
    report(path, segments, message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message);
  if (object.metadata.name === '')
    report('metadata.name', ['metadata'], 'Required value: there is no server here that generates names');
  return pod;
}
