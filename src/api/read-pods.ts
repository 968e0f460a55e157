import { prepareConfig, type ConfigObject } from './config-object.js';
import { decodeManifest, type DecodedObject } from './decode.js';
import { defaultPod } from './defaults.js';
import type { Problem } from './problem.js';
import { byPosition } from './problem.js';
import type { FieldError } from './field-error.js';
import type { Pod } from './schema/pod.js';
import { validatePod } from './validate.js';

/** The pods of one file and what they use, and everything that is wrong with it. */
export interface PodsRead {
  /** Defaulted and valid. Pods with a problem are not among them. */
  readonly pods: readonly Pod[];
  /** ConfigMaps, Secrets and claims; the same. */
  readonly configs: readonly ConfigObject[];
  readonly problems: readonly Problem[];
  /** Fields that are known, but have no effect. */
  readonly warnings: readonly Problem[];
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
  const configs: ConfigObject[] = [];
  for (const decoded of objects) {
    const { object } = decoded;
    const before = found.length;
    if (object.kind === 'Pod') {
      const pod = toPod(object, decoded, file, found);
      if (found.length === before) pods.push(pod);
    } else {
      const prepared = prepareConfig(object);
      found.push(...problemsIn(decoded, file, prepared.errors));
      if (object.metadata.name === '') found.push(noName(decoded, file));
      if (found.length === before) configs.push(prepared.object);
    }
  }
  if (objects.length === 0 && problems.length === 0)
    found.push({ file, document: 1, line: 1, column: 1, path: '', message: 'there is no object in it' });
  return { pods, configs, problems: found.sort(byPosition), warnings };
}

function toPod(written: Pod, decoded: DecodedObject, file: string, problems: Problem[]): Pod {
  // The namespace an API request would have named.
  const pod = defaultPod({ ...written, metadata: { namespace: 'default', ...written.metadata } });
  problems.push(...problemsIn(decoded, file, validatePod(pod)));
  if (written.metadata.name === '') problems.push(noName(decoded, file));
  return pod;
}

/** What validation says, with the places where it is written. */
export const problemsIn = (decoded: DecodedObject, file: string, errors: readonly FieldError[]): Problem[] =>
  errors.map(({ path, segments, message }) => ({
    file,
    document: decoded.document,
    ...decoded.locate(segments),
    path,
    message: message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message,
  }));

const noName = ({ document, locate }: DecodedObject, file: string): Problem => ({
  file,
  document,
  ...locate(['metadata']),
  path: 'metadata.name',
  message: 'Required value: there is no server here that generates names',
});
