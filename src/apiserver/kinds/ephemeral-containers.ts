import { isDeepStrictEqual } from 'node:util';
import { FieldErrors, ROOT, type FieldError, type FieldPath } from '../../api/field-error.js';
import type { Container, EphemeralContainer, Pod } from '../../api/schema/pod.js';
import { validatePod } from '../../api/validate.js';

const FORBIDDEN = [
  'ports',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
  'resources',
  'resizePolicy',
  'restartPolicyRules',
] as const satisfies readonly (keyof EphemeralContainer)[];
const CANNOT = 'cannot be set for an Ephemeral Container';

/**
 * What is wrong with the ephemeral containers of a pod that gets new ones: those that are there stay as they are. Both are
 * defaulted.
 *
 * Source: kubernetes pkg/apis/core/validation/validation.go ValidatePodEphemeralContainersUpdate
 */
export function validateEphemeralContainers(next: Pod, before: Pod): readonly FieldError[] {
  const errors = new FieldErrors();
  const path = ROOT.child('spec', 'ephemeralContainers');
  const containers = next.spec.ephemeralContainers ?? [];
  for (const old of before.spec.ephemeralContainers ?? []) {
    const now = containers.find(({ name }) => name === old.name);
    const quoted = JSON.stringify(old.name);
    if (now === undefined) errors.forbidden(path, `existing ephemeral containers ${quoted} may not be removed`);
    else if (!isDeepStrictEqual(now, old)) {
      errors.forbidden(path, `existing ephemeral containers ${quoted} may not be changed`);
    }
  }
  for (const [index, container] of containers.entries()) checkOne(container, next, path.at(index), errors);
  return [...commonErrors(next), ...errors.list];
}

function checkOne(container: EphemeralContainer, pod: Pod, path: FieldPath, errors: FieldErrors): void {
  for (const field of FORBIDDEN) {
    // An empty object or list asks for nothing.
    if (Object.keys(container[field] ?? {}).length > 0) errors.forbidden(path.child(field), CANNOT);
  }
  if ((container.restartPolicy ?? '') !== '') errors.forbidden(path.child('restartPolicy'), CANNOT);
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    for (const field of ['subPath', 'subPathExpr'] as const)
      if ((mount[field] ?? '') !== '') errors.forbidden(path.child('volumeMounts').at(index).child(field), CANNOT);
  }
  const target = container.targetContainerName ?? '';
  const others = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  if (target !== '' && !others.some(({ name }) => name === target))
    errors.notFound(path.child('targetContainerName'), target);
}

/** What may be wrong with any container, found as if these were among the main ones. */
function commonErrors(pod: Pod): FieldError[] {
  const { ephemeralContainers = [], ...spec } = pod.spec;
  const first = spec.containers.length;
  const others: readonly string[] = [...FORBIDDEN, 'targetContainerName'];
  // Nothing that a container needs is taken away.
  const asMain = ephemeralContainers.map(
    (container) =>
      Object.fromEntries(Object.entries(container).filter(([field]) => !others.includes(field))) as Container,
  );
  const rename = (text: string): string =>
    text.replace(/^spec\.containers\[(\d+)\]/, (_, index) => `spec.ephemeralContainers[${Number(index) - first}]`);
  return validatePod({ ...pod, spec: { ...spec, containers: [...spec.containers, ...asMain] } })
    .filter(({ segments }) => segments[1] === 'containers' && Number(segments[2]) >= first)
    .map((error) => ({ ...error, path: rename(error.path), message: rename(error.message) }));
}
