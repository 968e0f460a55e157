import { decodeObject, isKnownKind, type ManifestObject } from './decode-object.js';
import { byPosition, formatPath, type Position, type Problem } from './problem.js';
import { unsupportedFields } from './support.js';
import { readDocuments } from './yaml-documents.js';

/** An object read from a file, neither defaulted nor validated. */
export interface DecodedObject {
  readonly object: ManifestObject;
  /** Which document of the file it was in, from 1. */
  readonly document: number;
  /** Where a value of it is written; for what is not written, the nearest thing around it. */
  readonly locate: (path: readonly (string | number)[]) => Position;
}

/**
 * All that was found in one file. Objects with a problem are not among the objects; the problems of a pod that cannot be
 * decoded include what validation finds in the rest of it.
 */
export interface DecodedManifest {
  readonly objects: DecodedObject[];
  readonly problems: Problem[];
  /** Fields that are known, but have no effect. */
  readonly warnings: Problem[];
}

/**
 * Read manifests from the text of a file: YAML or JSON, any number of documents, lists taken apart. Strict: fields that
 * Kubernetes does not know and values of a wrong type are problems, all of them, each with its place. Never throws.
 *
 * @param source.file as it is to appear in problems.
 * @param source.nodeName of this node, when known: a pod that names it is not warned of.
 */
export function decodeManifest(
  text: string,
  source: { readonly file: string; readonly nodeName?: string },
): DecodedManifest {
  const { file, nodeName } = source;
  const { documents, problems: found } = readDocuments(text);
  const objects: DecodedObject[] = [];
  const warnings: Problem[] = [];
  const problems: Problem[] = found.map(({ segments, ...problem }) => ({
    file,
    path: formatPath(segments),
    ...problem,
  }));
  for (const { number, value: whole, locate } of documents) {
    for (const { value, prefix } of flatten(whole)) {
      const result = decodeObject(value, { file, document: number, prefix, locate });
      if ('problems' in result) {
        problems.push(...result.problems);
        continue;
      }
      const decoded: DecodedObject = {
        object: result.object,
        document: number,
        locate: (path) => locate([...prefix, ...path]),
      };
      objects.push(decoded);
      warnings.push(...supportWarnings(decoded, file, nodeName));
    }
  }
  return { objects, problems: problems.sort(byPosition), warnings: warnings.sort(byPosition) };
}

/** What a pod asks for in vain. */
function supportWarnings({ object, document, locate }: DecodedObject, file: string, nodeName?: string): Problem[] {
  if (object.kind !== 'Pod') return [];
  return unsupportedFields(object, nodeName).map(({ path, segments, message }) => ({
    file,
    document,
    ...locate(segments),
    path,
    message: message.slice(path.length + 1),
  }));
}

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type Item = { readonly value: unknown; readonly prefix: readonly (string | number)[] };

/** The objects of a `List`, or of a `PodList` whose items need not say what they are. */
function flatten(value: unknown, prefix: Item['prefix'] = []): Item[] {
  if (!isFields(value) || value['apiVersion'] !== 'v1' || typeof value['kind'] !== 'string') return [{ value, prefix }];
  const itemKind = /^(.*)List$/.exec(value['kind'])?.[1];
  if (itemKind === undefined || (itemKind !== '' && !isKnownKind(itemKind))) return [{ value, prefix }];
  const items: unknown = value['items'] ?? [];
  if (!Array.isArray(items)) return [{ value, prefix }];
  return items.flatMap((item: unknown, index) => {
    const typed = isFields(item) && itemKind !== '' ? { apiVersion: 'v1', kind: itemKind, ...item } : item;
    return flatten(typed, [...prefix, 'items', index]);
  });
}
