import { KubeletteError } from '../lib/errors.js';
import { qualifiedNameProblems } from './names.js';
import { divideUp, parseQuantity } from './quantity.js';
import type { Container, Pod, ResourceFieldSelector } from './schema/pod.js';

/** What a fieldRef in an environment variable may name, besides single labels and annotations. Sorted. */
export const ENV_FIELD_PATHS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
] as const;

/** The same for files of a volume, where whole maps are allowed, but nothing of the node. Sorted. */
export const VOLUME_FIELD_PATHS = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
] as const;

/** Paths the API server can translate at all; others get another message than merely unsupported ones. */
const CONVERTIBLE = new Set<string>([
  ...ENV_FIELD_PATHS,
  ...VOLUME_FIELD_PATHS,
  'spec.host',
  'spec.hostNetwork',
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.nominatedNodeName',
  'status.phase',
]);

/** `metadata.labels['key']` taken apart; a path without a subscript has no `key`. */
function splitSubscript(path: string): { readonly path: string; readonly key?: string } {
  const start = path.indexOf("['");
  if (start <= 0 || !path.endsWith("']")) return { path };
  return { path: path.slice(0, start), key: path.slice(start + 2, -2) };
}

/** What is wrong with a fieldPath: not translatable, a bad subscript, or a path that is not offered here. */
export type FieldPathProblem = { kind: 'invalid'; detail: string } | { kind: 'unsupported' };

/** Check a fieldPath against the paths offered in one place. */
export function fieldPathProblems(fieldPath: string, offered: readonly string[]): FieldPathProblem[] {
  const { path, key } = splitSubscript(fieldPath);
  if (key !== undefined) {
    // The prefix of an annotation key may be in upper case.
    if (path === 'metadata.annotations') return invalidKeys(qualifiedNameProblems(key.toLowerCase()));
    if (path === 'metadata.labels') return invalidKeys(qualifiedNameProblems(key));
    return [{ kind: 'invalid', detail: 'does not support subscript' }];
  }
  if (!CONVERTIBLE.has(path)) {
    return [{ kind: 'invalid', detail: `error converting fieldPath: field label not supported: ${path}` }];
  }
  return offered.includes(path) ? [] : [{ kind: 'unsupported' }];
}

const invalidKeys = (problems: readonly string[]): FieldPathProblem[] =>
  problems.map((detail) => ({ kind: 'invalid', detail }));

/**
 * The text a fieldRef stands for. What the pod does not have is empty; lists are joined by commas; whole maps are lines of
 * `key="value"`.
 *
 * @param pod with the status as known when the container is made.
 * @throws KubeletteError `Invalid` for a path that validation refuses.
 */
export function resolveFieldPath(pod: Pod, fieldPath: string): string {
  const { metadata, spec, status } = pod;
  const { path, key } = splitSubscript(fieldPath);
  if (key !== undefined) {
    if (path === 'metadata.labels') return own(metadata.labels, key) ?? '';
    if (path === 'metadata.annotations') return own(metadata.annotations, key) ?? '';
    throw unsupported(fieldPath);
  }
  switch (path) {
    case 'metadata.name':
      return metadata.name;
    case 'metadata.namespace':
      return metadata.namespace ?? '';
    case 'metadata.uid':
      return metadata.uid ?? '';
    case 'metadata.labels':
      return mapLines(metadata.labels);
    case 'metadata.annotations':
      return mapLines(metadata.annotations);
    case 'spec.nodeName':
      return spec.nodeName ?? '';
    case 'spec.serviceAccountName':
      return spec.serviceAccountName ?? '';
    case 'status.hostIP':
      return status?.hostIP ?? '';
    case 'status.hostIPs':
      return addresses(status?.hostIPs, status?.hostIP);
    case 'status.podIP':
      return status?.podIP ?? '';
    case 'status.podIPs':
      return addresses(status?.podIPs, status?.podIP);
    default:
      throw unsupported(fieldPath);
  }
}

/** Resource names a resourceFieldRef may end in, besides `hugepages-*`. Sorted. */
export const FIELD_RESOURCES = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
] as const;

/**
 * The number a resourceFieldRef stands for: the amount divided by the divisor, rounded up.
 *
 * @param allocatable of the node: what a container without a limit may use at most. A missing request is 0.
 * @throws KubeletteError `Invalid` when the resource is not one of a container, or an amount cannot be read.
 */
export function resolveResourceField(
  container: Pick<Container, 'resources'>,
  ref: ResourceFieldSelector,
  allocatable: Readonly<Record<string, string>>,
): string {
  const [side, name] = splitResource(ref.resource);
  const amount = own(container.resources?.[side], name) ?? (side === 'limits' ? (own(allocatable, name) ?? '0') : '0');
  const divisor = ref.divisor === undefined || parseQuantity(ref.divisor)?.nano === 0n ? '1' : ref.divisor;
  if (parseQuantity(amount) === undefined || parseQuantity(divisor) === undefined) {
    throw new KubeletteError('Invalid', `cannot divide ${amount} by ${divisor} for ${ref.resource}`);
  }
  return String(divideUp(amount, divisor));
}

function splitResource(resource: string): ['limits' | 'requests', string] {
  const match = /^(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.+)$/.exec(resource);
  if (match === null) throw new KubeletteError('Invalid', `unsupported container resource: ${resource}`);
  return [match[1] as 'limits' | 'requests', match[2] ?? ''];
}

const unsupported = (fieldPath: string): KubeletteError =>
  new KubeletteError('Invalid', `unsupported fieldPath: ${fieldPath}`);

/** Never an inherited property. */
const own = (map: Readonly<Record<string, string>> | undefined, key: string): string | undefined =>
  map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined;

const addresses = (list: readonly { ip: string }[] | undefined, single: string | undefined): string =>
  list !== undefined && list.length > 0 ? list.map(({ ip }) => ip).join(',') : (single ?? '');

/** Sorted, values quoted, so that a reader can tell lines from line breaks in values. */
function mapLines(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');
}
