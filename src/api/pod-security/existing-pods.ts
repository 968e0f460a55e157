import type { Pod } from '../schema/pod.js';
import { evaluatePodSecurity, levelText, POD_SECURITY_LEVELS, type LevelVersion } from './evaluate.js';

/** Does the level refuse what the one before it let pass? */
export function isTightened(next: LevelVersion, before: LevelVersion): boolean {
  if (next.level === 'privileged') return false;
  if (next.version !== before.version) return true;
  return POD_SECURITY_LEVELS.indexOf(next.level) > POD_SECURITY_LEVELS.indexOf(before.level);
}

/**
 * What whoever tightens the level of a namespace should know of the pods in it, which stay.
 *
 * Source: k8s.io/pod-security-admission admission/admission.go EvaluatePodsInNamespace
 */
export function existingPodWarnings(namespace: string, pods: readonly Pod[], enforce: LevelVersion): string[] {
  const namesByReasons = new Map<string, string[]>();
  for (const pod of pods) {
    const reasons = evaluatePodSecurity(pod, enforce)
      .map(({ reason }) => reason)
      .join(', ');
    if (reasons !== '') namesByReasons.set(reasons, [...(namesByReasons.get(reasons) ?? []), pod.metadata.name]);
  }
  if (namesByReasons.size === 0) return [];
  const level = JSON.stringify(levelText(enforce));
  return [
    `existing pods in namespace ${JSON.stringify(namespace)} violate the new PodSecurity enforce level ${level}`,
    ...[...namesByReasons].map(([reasons, names]) => `${namesText(names)}: ${reasons}`).sort(),
  ];
}

function namesText(names: readonly string[]): string {
  const [first = '', ...others] = [...names].sort();
  if (others.length === 0) return first;
  return `${first} (and ${others.length} other ${others.length === 1 ? 'pod' : 'pods'})`;
}
