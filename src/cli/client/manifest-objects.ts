import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { formatPath, formatProblem } from '../../api/problem.js';
import { readDocuments } from '../../api/yaml-documents.js';
import { hasCode, KubeletteError } from '../../lib/errors.js';
import { readTextFiles, type TextFile } from '../../lib/text-files.js';
import { groupVersion, resourcePath, type Discovery, type Resource } from './discovery.js';
import type { AnyObject } from './objects.js';
import type { ClientFlags, Session } from './session.js';

const EXTENSIONS = ['.json', '.yaml', '.yml'];

/** Flags that name manifests. */
export interface ManifestFlags extends ClientFlags {
  readonly filename?: readonly string[];
  readonly recursive?: true;
}

/** An object of a manifest, and where it belongs. */
export interface ManifestObject {
  /** The file, for messages. */
  readonly source: string;
  readonly object: AnyObject;
  readonly resource: Resource;
  /** Of the object, else of the session; undefined for objects outside namespaces. */
  readonly namespace: string | undefined;
}

/**
 * The objects of files, folders, URLs and `-`, in their order; lists are taken apart.
 * @throws KubeletteError in kubectl's words when one cannot be read or the server has no such kind
 */
export async function readManifestObjects(
  session: Session,
  { filename = [], namespace, recursive }: ManifestFlags,
): Promise<readonly ManifestObject[]> {
  const found: ManifestObject[] = [];
  for (const path of filename)
    for (const file of await readPath(path, recursive === true, session.signal))
      for (const object of objectsOf(file)) {
        const resource = await resourceOf(object, file.name, session.discovery);
        found.push({
          source: file.name,
          object,
          resource,
          namespace: namespaceOf(session, object, resource, namespace),
        });
      }
  return found;
}

/**
 * The name of an object that is meant to be there. Without one, a request would be about all objects of its kind.
 * @throws KubeletteError `Invalid` in kubectl's words
 */
export function requiredName({ object }: ManifestObject): string {
  // What is in a manifest, nobody has checked.
  const name = object.metadata.name as string | undefined;
  if (name === undefined || name === '') throw new KubeletteError('Invalid', 'resource name may not be empty');
  return name;
}

/** Where the object itself is. @throws as `requiredName` */
export const manifestObjectPath = (object: ManifestObject): string =>
  resourcePath(object.resource, object.namespace, requiredName(object));

async function readPath(path: string, recursive: boolean, signal: AbortSignal): Promise<readonly TextFile[]> {
  if (/^https?:\/\//.test(path)) {
    const response = await fetch(path, { signal });
    if (!response.ok)
      throw new KubeletteError('Unavailable', `unable to read URL "${path}", status=${response.status}`);
    return [{ name: path, text: await response.text() }];
  }
  try {
    const paths = recursive && path !== '-' && (await stat(path)).isDirectory() ? await filesBelow(path) : [path];
    return await readTextFiles(paths, EXTENSIONS, process.stdin);
  } catch (error) {
    if (hasCode(error, 'NotFound') || (error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new KubeletteError('NotFound', `the path "${path}" does not exist`, { cause: error });
    throw error;
  }
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  return names
    .filter((name) => EXTENSIONS.includes(extname(name)))
    .sort()
    .map((name) => join(folder, name));
}

function objectsOf({ name, text }: TextFile): readonly AnyObject[] {
  const { documents, problems } = readDocuments(text);
  if (problems.length > 0) {
    const lines = problems.map(({ segments, ...problem }) =>
      formatProblem({ ...problem, file: name, path: formatPath(segments) }),
    );
    throw new KubeletteError('Invalid', lines.map((line) => `error parsing ${line}`).join('\n'));
  }
  return documents.flatMap(({ value }) => toObjects(value, name));
}

function toObjects(value: unknown, source: string): readonly AnyObject[] {
  const { apiVersion, items, kind, metadata } = (typeof value === 'object' && value !== null ? value : {}) as {
    readonly [key in 'apiVersion' | 'kind' | 'items' | 'metadata']?: unknown;
  };
  for (const [field, text] of [
    ['Kind', kind],
    ['apiVersion', apiVersion],
  ] as const)
    if (typeof text !== 'string' || text === '')
      throw new KubeletteError('Invalid', `unable to decode "${source}": Object '${field}' is missing`);
  if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items))
    return items.flatMap((item) => toObjects(item, source));
  // What else is in it the server checks.
  return [{ ...(value as AnyObject), metadata: (metadata ?? { name: '' }) as AnyObject['metadata'] }];
}

async function resourceOf(object: AnyObject, source: string, discovery: Discovery): Promise<Resource> {
  const { apiVersion = '', kind = '', metadata } = object;
  try {
    return await discovery.ofKind(apiVersion, kind);
  } catch (error) {
    if (!hasCode(error, 'NotFound')) throw error;
    const subject = `name: "${(metadata.name as string | undefined) ?? ''}" namespace: "${metadata.namespace ?? ''}" from "${source}"`;
    throw new KubeletteError('NotFound', `resource mapping not found for ${subject}: ${error.message}`, {
      cause: error,
    });
  }
}

function namespaceOf(
  session: Session,
  { metadata }: AnyObject,
  resource: Resource,
  demanded: string | undefined,
): string | undefined {
  if (!resource.namespaced) return undefined;
  const own = metadata.namespace;
  if (own === undefined || demanded === undefined || own === demanded) return own ?? session.namespace;
  throw new KubeletteError(
    'Invalid',
    `the namespace from the provided object "${own}" does not match the namespace "${demanded}". You must pass '--namespace=${own}' to perform this operation.`,
  );
}

/** The object as it is sent: with its namespace, and with its type as the server calls it. */
export const toBody = ({ namespace, object, resource }: ManifestObject): AnyObject => ({
  ...object,
  apiVersion: groupVersion(resource),
  kind: resource.kind,
  metadata: { ...object.metadata, ...(namespace === undefined ? {} : { namespace }) },
});
