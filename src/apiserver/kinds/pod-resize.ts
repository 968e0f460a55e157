import { isDeepStrictEqual } from 'node:util';
import { FieldErrors, ROOT, type FieldError, type FieldPath } from '../../api/field-error.js';
import { computeQosClass } from '../../api/qos.js';
import { compareQuantities, isQuantity } from '../../api/quantity.js';
import type { Container, Pod } from '../../api/schema/pod.js';
import { validatePod } from '../../api/validate.js';

type Amounts = Readonly<Record<string, string>>;
const RESIZABLE = ['cpu', 'memory'];

/**
 * What is wrong with other resources for a pod that is there. Nothing but resources and resize policies differs.
 *
 * Source: kubernetes pkg/apis/core/validation/validation.go ValidatePodResize
 */
export function validatePodResize(next: Pod, before: Pod): readonly FieldError[] {
  const errors = new FieldErrors();
  const path = ROOT.child('spec');
  const was = before.status?.qosClass ?? computeQosClass(before.spec);
  if (computeQosClass(next.spec) !== was)
    errors.invalid(path, was, 'Pod QOS Class may not change as a result of resizing');
  for (const field of ['containers', 'initContainers'] as const) {
    for (const [index, container] of (next.spec[field] ?? []).entries()) {
      const old = before.spec[field]?.[index];
      if (old !== undefined) checkContainer(container, old, field, path.child(field).at(index), errors);
    }
  }
  return [...validatePod(withoutEphemeral(next)), ...errors.list];
}

function checkContainer(
  next: Container,
  before: Container,
  field: 'containers' | 'initContainers',
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (isDeepStrictEqual(next.resources, before.resources)) return;
  const at = path.child('resources');
  if (field === 'initContainers' && next.restartPolicy !== 'Always') {
    errors.forbidden(at, 'resources for non-sidecar init containers are immutable');
    return;
  }
  for (const side of ['limits', 'requests'] as const) {
    const [now, then]: readonly Amounts[] = [next.resources?.[side] ?? {}, before.resources?.[side] ?? {}];
    if (RESIZABLE.some((name) => then?.[name] !== undefined && now?.[name] === undefined))
      errors.forbidden(at.child(side), `resource ${side} cannot be removed`);
    if (isOtherChanged(now ?? {}, then ?? {}))
      errors.forbidden(ROOT.child('spec'), 'only cpu and memory resources are mutable');
  }
}

function isOtherChanged(now: Amounts, then: Amounts): boolean {
  const names = [...Object.keys(now), ...Object.keys(then)].filter((name) => !RESIZABLE.includes(name));
  return names.some((name) => {
    const [a = '', b = ''] = [now[name], then[name]];
    return !isQuantity(a) || !isQuantity(b) || compareQuantities(a, b) !== 0;
  });
}

function withoutEphemeral(pod: Pod): Pod {
  const { ephemeralContainers, ...spec } = pod.spec;
  return ephemeralContainers === undefined ? pod : { ...pod, spec };
}
