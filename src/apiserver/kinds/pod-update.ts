import { isDeepStrictEqual } from 'node:util';
import { FieldErrors, ROOT, type FieldError, type FieldPath } from '../../api/field-error.js';
import { formatPath } from '../../api/problem.js';
import { validatePod } from '../../api/validate.js';
import type { Container, Pod, PodSpec } from '../../api/schema/pod.js';

const ONLY =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,' +
  '`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),' +
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';
/** More of them help nobody. */
const MAX_PATHS = 10;

type Toleration = NonNullable<PodSpec['tolerations']>[number];

/**
 * What is wrong with a pod that takes another one's place. It may differ in next to nothing. Both are defaulted.
 *
 * Source: kubernetes pkg/apis/core/validation/validation.go ValidatePodUpdate
 */
export const validatePodUpdate = (next: Pod, before: Pod): readonly FieldError[] => [
  ...validatePod(withoutEphemeral(next)),
  ...validateChange(next, before),
];

/** As it could have been created: these containers come later, by a subresource of their own. */
function withoutEphemeral(pod: Pod): Pod {
  const { ephemeralContainers, ...spec } = pod.spec;
  return ephemeralContainers === undefined ? pod : { ...pod, spec };
}

function validateChange(next: Pod, before: Pod): readonly FieldError[] {
  const errors = new FieldErrors();
  const path = ROOT.child('spec');
  for (const field of ['containers', 'initContainers'] as const) {
    if ((next.spec[field] ?? []).length !== (before.spec[field] ?? []).length)
      errors.forbidden(path.child(field), 'pod updates may not add or remove containers');
  }
  // The rest would only repeat it.
  if (errors.list.length > 0) return errors.list;
  checkDeadline(next.spec, before.spec, path, errors);
  checkTolerations(next.spec, before.spec, path, errors);
  const changed = changedPaths(withAllowedChanges(next.spec, before.spec), before.spec, ['spec']);
  if (changed.length > 0) errors.forbidden(path, `${ONLY}\nchanged: ${changed.slice(0, MAX_PATHS).join(', ')}`);
  return errors.list;
}

function checkDeadline(next: PodSpec, before: PodSpec, path: FieldPath, errors: FieldErrors): void {
  const [now, then] = [next.activeDeadlineSeconds, before.activeDeadlineSeconds];
  if (then === undefined) return;
  const at = path.child('activeDeadlineSeconds');
  if (now === undefined) errors.invalid(at, now, 'must not update from a positive integer to nil value');
  else if (now > then) errors.invalid(at, now, 'must be less than or equal to previous value');
}

function checkTolerations(next: PodSpec, before: PodSpec, path: FieldPath, errors: FieldErrors): void {
  const now = (next.tolerations ?? []).map(withoutSeconds);
  const kept = (before.tolerations ?? [])
    .map(withoutSeconds)
    .every((old) => now.some((one) => isDeepStrictEqual(one, old)));
  if (!kept)
    errors.forbidden(path.child('tolerations'), 'existing toleration can not be modified except its tolerationSeconds');
}

const withoutSeconds = ({ tolerationSeconds: _, ...toleration }: Toleration): object => toleration;

/** The new spec with everything that may be changed as it was before. */
function withAllowedChanges(next: PodSpec, before: PodSpec): PodSpec {
  const graceMayChange = (before.terminationGracePeriodSeconds ?? 0) < 0 && next.terminationGracePeriodSeconds === 1;
  const gates = next.schedulingGates ?? [];
  const onlyRemoved = gates.every(({ name }) => before.schedulingGates?.some((gate) => gate.name === name) === true);
  return {
    ...as(before, next, ['activeDeadlineSeconds', 'tolerations']),
    ...(graceMayChange ? pick(before, 'terminationGracePeriodSeconds') : {}),
    ...(onlyRemoved ? pick(before, 'schedulingGates') : {}),
    containers: withImagesOf(before.containers, next.containers),
    ...(next.initContainers === undefined
      ? {}
      : { initContainers: withImagesOf(before.initContainers ?? [], next.initContainers) }),
  };
}

/** A spec, with some fields of another one. */
function as(before: PodSpec, next: PodSpec, fields: readonly (keyof PodSpec)[]): PodSpec {
  const others = Object.entries(next).filter(([name]) => !fields.includes(name as keyof PodSpec));
  const theirs = fields.flatMap((name) => Object.entries(pick(before, name)));
  // Required fields are not among those that are taken away.
  return Object.fromEntries([...others, ...theirs]) as PodSpec;
}

const pick = (spec: PodSpec, field: keyof PodSpec): Partial<PodSpec> =>
  spec[field] === undefined ? {} : { [field]: spec[field] };

const withImagesOf = (before: readonly Container[], next: readonly Container[]): Container[] =>
  next.map((container, index) => {
    const image = before[index]?.image;
    return { ...container, ...(image === undefined ? {} : { image }) };
  });

/** Where two values differ, as far down as both have something. */
function changedPaths(next: unknown, before: unknown, segments: readonly (string | number)[]): string[] {
  if (isDeepStrictEqual(next, before)) return [];
  if (!isHolder(next) || !isHolder(before) || Array.isArray(next) !== Array.isArray(before))
    return [formatPath(segments)];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(next)])];
  return keys.flatMap((key) =>
    changedPaths(next[key], before[key], [...segments, Array.isArray(next) ? Number(key) : key]),
  );
}

const isHolder = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
