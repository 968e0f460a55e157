import type { Pod } from '../schema/pod.js';
import { baselineChecks } from './baseline.js';
import type { Check, Violation } from './check.js';
import { restrictedChecks } from './restricted.js';

/** From the most to the least that a pod may do. */
export const POD_SECURITY_LEVELS = ['privileged', 'baseline', 'restricted'] as const;
export type PodSecurityLevel = (typeof POD_SECURITY_LEVELS)[number];

/** A level as one release of Kubernetes has it. */
export interface LevelVersion {
  readonly level: PodSecurityLevel;
  /** `latest` or `v1.30`. */
  readonly version: string;
}

/** `restricted:latest` */
export const levelText = ({ level, version }: LevelVersion): string => `${level}:${version}`;

/**
 * Everything about a pod that the level forbids, in upstream's order: what the baseline forbids, then what only the
 * restricted level does.
 *
 * Source: k8s.io/pod-security-admission policy/registry.go
 */
export function evaluatePodSecurity(pod: Pod, { level, version }: LevelVersion): readonly Violation[] {
  const minor = version === 'latest' ? Infinity : Number(version.replace('v1.', ''));
  return checksOf(level, minor).flatMap(({ run }) => run(pod, minor) ?? []);
}

/** `host namespaces (hostNetwork=true), privileged (container "a" must not …)` */
export const violationsText = (violations: readonly Violation[]): string =>
  violations.map(({ detail, reason }) => `${reason} (${detail})`).join(', ');

function checksOf(level: PodSecurityLevel, minor: number): readonly Check[] {
  const known = ({ since }: Check): boolean => since <= minor;
  const baseline = baselineChecks.filter(known);
  switch (level) {
    case 'privileged':
      return [];
    case 'baseline':
      return baseline;
    case 'restricted': {
      const restricted = restrictedChecks.filter(known);
      const replaced = new Set(restricted.map(({ replaces }) => replaces));
      return [...baseline.filter(({ id }) => !replaced.has(id)), ...restricted];
    }
  }
}
