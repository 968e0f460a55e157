import { resolveFieldPath, resolveResourceField } from '../../../api/field-path.js';
import type {
  Container,
  DownwardAPIVolumeFile,
  KeyToPath,
  Pod,
  Volume,
  VolumeProjection,
} from '../../../api/schema/pod.js';
import { KubeletteError } from '../../../lib/errors.js';
import type { VolumeContents, VolumeFile } from '../../../runtime/volumes.js';
import type { ConfigObjects } from './config-objects.js';

export interface ProjectedFilesInput {
  readonly pod: Pod;
  readonly config: ConfigObjects;
  /** Of the node: what a missing limit means. */
  readonly allocatable: Readonly<Record<string, string>>;
  /** Tokens of service accounts, one for each request in the volume. */
  readonly token: (request: TokenProjection) => string;
}

export type TokenProjection = NonNullable<VolumeProjection['serviceAccountToken']>;

/** A file before the pod's group has its way. */
interface Entry {
  readonly path: string;
  readonly mode: number;
  readonly uid?: number;
  readonly content: Uint8Array;
}

/** Where files come from: an object's entries, some of them, or all. */
interface KeyedSource {
  readonly items?: readonly KeyToPath[];
  readonly optional?: boolean;
}

const DEFAULT_MODE = 0o644;
const DIRECTORY_MODE = 0o755;
const TOKEN_MODE = 0o600;
const GROUP_READ = 0o440;
const GROUP_ENTER = 0o110;
const SET_GROUP_ID = 0o2000;
const MAX_PATH = 4096;
const MAX_NAME = 255;

/**
 * The files of a configMap, secret, downwardAPI or projected volume. A later source of a projected one overwrites an
 * earlier one's file.
 *
 * @throws KubeletteError `Invalid` in the kubelet's words when something that is not optional is missing; nothing is
 * written then
 * Source: kubelet pkg/volume/{configmap,secret,downwardapi,projected}
 */
export function projectedFiles(volume: Volume, input: ProjectedFilesInput): VolumeContents {
  const { configMap, downwardAPI, projected, secret } = volume;
  const mode = (configMap ?? secret ?? downwardAPI ?? projected)?.defaultMode ?? DEFAULT_MODE;
  const problems: string[] = [];
  const entries = new Map<string, Entry>();
  const add = (make: () => readonly Entry[]): void => {
    try {
      for (const entry of make()) entries.set(entry.path, entry);
    } catch (error) {
      if (!(error instanceof KubeletteError) || error.code !== 'Invalid') throw error;
      problems.push(error.message);
    }
  };
  if (configMap !== undefined) add(() => configMapEntries(configMap.name ?? '', configMap, mode, input));
  if (secret !== undefined) add(() => secretEntries(secret.secretName ?? '', secret, mode, input));
  if (downwardAPI !== undefined) add(() => downwardEntries(downwardAPI.items ?? [], mode, input));
  for (const source of projected?.sources ?? []) add(() => sourceEntries(source, mode, input));
  const clashing = clash(entries);
  if (clashing !== undefined) problems.push(clashing);
  if (problems.length > 0) throw new KubeletteError('Invalid', aggregate(problems));
  return owned([...entries.values()], input.pod.spec.securityContext?.fsGroup);
}

function sourceEntries(source: VolumeProjection, mode: number, input: ProjectedFilesInput): readonly Entry[] {
  const { clusterTrustBundle, configMap, downwardAPI, podCertificate, secret, serviceAccountToken } = source;
  if (configMap !== undefined) return configMapEntries(configMap.name ?? '', configMap, mode, input);
  if (secret !== undefined) return secretEntries(secret.name ?? '', secret, mode, input);
  if (downwardAPI !== undefined) return downwardEntries(downwardAPI.items ?? [], mode, input);
  if (serviceAccountToken !== undefined) return [tokenEntry(serviceAccountToken, mode, input)];
  const kind = clusterTrustBundle === undefined ? 'podCertificate' : 'clusterTrustBundle';
  if (clusterTrustBundle?.optional === true || (clusterTrustBundle ?? podCertificate) === undefined) return [];
  throw new KubeletteError('Invalid', `there is nobody here who issues what ${kind} asks for`);
}

function configMapEntries(name: string, source: KeyedSource, mode: number, { config }: ProjectedFilesInput): Entry[] {
  const found = config.configMap(name);
  if (found === undefined && source.optional !== true) throw invalid(`configmap "${name}" not found`);
  const data = new Map<string, Uint8Array>();
  for (const [key, text] of Object.entries(found?.data ?? {})) data.set(key, bytesOf(text));
  for (const [key, base64] of Object.entries(found?.binaryData ?? {})) data.set(key, decoded(base64));
  return pick(data, source, mode, (key) => `configmap references non-existent config key: ${key}`);
}

function secretEntries(name: string, source: KeyedSource, mode: number, { config }: ProjectedFilesInput): Entry[] {
  const found = config.secret(name);
  if (found === undefined && source.optional !== true) throw invalid(`secret "${name}" not found`);
  const data = new Map(Object.entries(found?.data ?? {}).map(([key, base64]) => [key, decoded(base64)]));
  return pick(data, source, mode, (key) => `references non-existent secret key: ${key}`);
}

function pick(
  data: ReadonlyMap<string, Uint8Array>,
  { items, optional }: KeyedSource,
  mode: number,
  missing: (key: string) => string,
): Entry[] {
  if (items === undefined || items.length === 0) return [...data].map(([path, content]) => ({ path, mode, content }));
  return items.flatMap((item) => {
    const content = data.get(item.key);
    if (content !== undefined) return [{ path: plain(item.path), mode: item.mode ?? mode, content }];
    if (optional === true) return [];
    throw invalid(missing(item.key));
  });
}

function downwardEntries(
  items: readonly DownwardAPIVolumeFile[],
  mode: number,
  { allocatable, pod }: ProjectedFilesInput,
): Entry[] {
  return items.map(({ fieldRef, mode: own, path, resourceFieldRef }) => {
    const text =
      fieldRef !== undefined
        ? resolveFieldPath(pod, fieldRef.fieldPath)
        : resourceFieldRef === undefined
          ? ''
          : resolveResourceField(containerOf(pod, resourceFieldRef.containerName ?? ''), resourceFieldRef, allocatable);
    return { path: plain(path), mode: own ?? mode, content: bytesOf(text) };
  });
}

function containerOf({ spec }: Pod, name: string): Container {
  const found = [...spec.containers, ...(spec.initContainers ?? [])].find((container) => container.name === name);
  if (found === undefined) throw invalid(`container ${name} not found`);
  return found;
}

/** Who may use the token owns it: the one user all containers have, or the pod's group. */
function tokenEntry(request: TokenProjection, mode: number, { pod, token }: ProjectedFilesInput): Entry {
  const user = commonUser(pod);
  const isPrivate = user !== undefined || pod.spec.securityContext?.fsGroup !== undefined;
  return {
    path: plain(request.path),
    mode: isPrivate ? TOKEN_MODE : mode,
    ...(user === undefined ? {} : { uid: user }),
    content: bytesOf(token(request)),
  };
}

/** The user every container runs as, undefined when they differ or do not say. Source: kubelet FsUserFrom */
function commonUser({ spec }: Pod): number | undefined {
  const users = [...(spec.initContainers ?? []), ...spec.containers].map(
    ({ securityContext }) => securityContext?.runAsUser ?? spec.securityContext?.runAsUser,
  );
  const [first] = users;
  return users.every((user) => user === first) ? first : undefined;
}

/** The group may read every file, and what is made below belongs to it. Source: kubelet pkg/volume/volume_linux.go */
function owned(entries: readonly Entry[], fsGroup: number | undefined): VolumeContents {
  const gid = fsGroup ?? 0;
  const fileBits = fsGroup === undefined ? 0 : GROUP_READ;
  const directoryBits = fsGroup === undefined ? 0 : GROUP_READ | GROUP_ENTER | SET_GROUP_ID;
  return {
    directory: { mode: DIRECTORY_MODE | directoryBits, uid: 0, gid },
    files: entries.map(({ content, mode, path, uid = 0 }): VolumeFile => ({
      path,
      mode: mode | fileBits,
      uid,
      gid,
      content,
    })),
  };
}

/**
 * Validation has refused most other paths; this is the last look before they become files.
 * Source: kubelet pkg/volume/util/atomic_writer.go validatePath
 */
function plain(path: string): string {
  if (path.length > MAX_PATH) throw invalid(`invalid path: must be less than or equal to ${MAX_PATH} characters`);
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const isInside = !path.startsWith('/') && parts.length > 0 && parts.every((part) => part !== '..');
  if (!isInside || path.startsWith('..')) throw invalid(`invalid path: ${path}`);
  if (parts.some((part) => bytesOf(part).length > MAX_NAME)) {
    throw invalid(`invalid path: filename must be less than or equal to ${MAX_NAME} characters`);
  }
  return parts.join('/');
}

/** A name cannot be a file for one source and a directory for another. */
function clash(paths: ReadonlyMap<string, unknown>): string | undefined {
  for (const path of paths.keys()) {
    const parts = path.split('/');
    for (let depth = 1; depth < parts.length; depth += 1) {
      const above = parts.slice(0, depth).join('/');
      if (paths.has(above)) return `cannot write ${path}: ${above} is a file`;
    }
  }
  return undefined;
}

const aggregate = (problems: readonly string[]): string => {
  const unique = [...new Set(problems)];
  return unique.length === 1 ? (unique[0] ?? '') : `[${unique.join(', ')}]`;
};

const invalid = (message: string): KubeletteError => new KubeletteError('Invalid', message);
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const decoded = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
