import type { FieldErrors, FieldPath } from '../field-error.js';
import { labelValueProblems, qualifiedNameProblems } from '../names.js';
import type { PodSpec } from '../schema/pod.js';
import { validateLabels } from './meta.js';

/** What a scheduler would read. It has no effect on a single node, but is as right or wrong as anywhere. */
export function validateScheduling(spec: PodSpec, path: FieldPath, errors: FieldErrors): void {
  validateLabels(spec.nodeSelector ?? {}, path.child('nodeSelector'), errors);
  validateTolerations(spec.tolerations ?? [], path.child('tolerations'), errors);
  for (const [index, constraint] of (spec.topologySpreadConstraints ?? []).entries()) {
    const at = path.child('topologySpreadConstraints').at(index);
    if (constraint.maxSkew <= 0) errors.invalid(at.child('maxSkew'), constraint.maxSkew, 'must be greater than zero');
    if (constraint.topologyKey === '') errors.required(at.child('topologyKey'), 'can not be empty');
  }
  const gates = new Set<string>();
  for (const [index, { name }] of (spec.schedulingGates ?? []).entries()) {
    const at = path.child('schedulingGates').at(index);
    errors.check(at, name, qualifiedNameProblems);
    if (gates.has(name)) errors.duplicate(at, name);
    gates.add(name);
  }
}

function validateTolerations(
  tolerations: NonNullable<PodSpec['tolerations']>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  for (const [index, { key = '', operator, value = '', effect, tolerationSeconds }] of tolerations.entries()) {
    const at = path.at(index);
    if (key !== '') errors.check(at.child('key'), key, qualifiedNameProblems);
    else if (operator !== 'Exists') {
      const rule = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
      errors.invalid(at.child('operator'), operator ?? '', rule);
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      errors.invalid(at.child('effect'), effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set");
    }
    if (operator === 'Exists') {
      if (value !== '') {
        errors.invalid(at.child('operator'), value, "value must be empty when `operator` is 'Exists'");
      }
    } else for (const problem of labelValueProblems(value)) errors.invalid(at.child('operator'), value, problem);
  }
}
