import type { Container, Pod } from '../schema/pod.js';

/** What a pod does that a level forbids: `reason (detail)`. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

/** One control of the Pod Security Standards, as of one version on. */
export interface Check {
  /** Upstream's name: controls are told in the order of their names. */
  readonly id: string;
  /** The first minor version of Kubernetes 1 that has it. */
  readonly since: number;
  /** Restricted checks that say the same and more take the place of these. */
  readonly replaces?: string;
  readonly run: (pod: Pod, minor: number) => Violation | undefined;
}

type Named = Pick<Container, 'name' | 'securityContext' | 'ports' | 'lifecycle'> &
  Pick<Container, 'livenessProbe' | 'readinessProbe' | 'startupProbe'>;

/** All containers, in the order upstream visits them. */
export const allContainers = ({ spec }: Pod): readonly Named[] => [
  ...(spec.initContainers ?? []),
  ...spec.containers,
  ...(spec.ephemeralContainers ?? []),
];

/** Names of the containers that do. */
export const containersThat = (pod: Pod, does: (container: Named) => boolean): string[] =>
  allContainers(pod)
    .filter(does)
    .map(({ name }) => name);

export const plural = (one: string, many: string, count: number): string => (count === 1 ? one : many);

/** `"a", "b"` */
export const quoted = (texts: readonly string[]): string => texts.map((text) => `"${text}"`).join(', ');

/** `container "a"`, `containers "a", "b"` */
export const containers = (names: readonly string[]): string =>
  `${plural('container', 'containers', names.length)} ${quoted(names)}`;

/** Each once, in order of their bytes. */
export const sorted = (texts: Iterable<string>): string[] => [...new Set(texts)].sort((a, b) => (a < b ? -1 : 1));

/**
 * The pod, the containers that set a field in a way that is not allowed, and what they set it to; undefined when nobody
 * does: `pod and container "a"`.
 */
export function badSetters<T>(
  pod: Pod,
  ofPod: T | undefined,
  ofContainer: (container: Named) => T | undefined,
  isBad: (value: T) => boolean,
): { readonly setters: string; readonly values: readonly T[] } | undefined {
  const bad = (value: T | undefined): value is T => value !== undefined && isBad(value);
  const values = [ofPod, ...allContainers(pod).map(ofContainer)].filter(bad);
  if (values.length === 0) return undefined;
  const names = containersThat(pod, (container) => bad(ofContainer(container)));
  const setters = [...(bad(ofPod) ? ['pod'] : []), ...(names.length === 0 ? [] : [containers(names)])];
  return { setters: setters.join(' and '), values };
}
