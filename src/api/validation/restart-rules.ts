import type { FieldErrors, FieldPath } from '../field-error.js';
import type { Container } from '../schema/pod.js';

const MAX_RULES = 20;
const MAX_CODES = 255;

/** The restart policy of a single container and its rules about exit codes. */
export function validateRestartRules(
  { restartPolicy, restartPolicyRules = [] }: Container,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (restartPolicyRules.length === 0) return;
  if (restartPolicy === undefined) {
    errors.required(path.child('restartPolicy'), 'must specify restartPolicy when restart rules are used');
  }
  const rules = path.child('restartPolicyRules');
  if (restartPolicyRules.length > MAX_RULES) errors.tooMany(rules, restartPolicyRules.length, MAX_RULES);
  for (const [index, { exitCodes }] of restartPolicyRules.entries()) {
    const at = rules.at(index).child('exitCodes');
    if (exitCodes === undefined) errors.required(at, 'must be specified');
    else if ((exitCodes.values ?? []).length > MAX_CODES) {
      errors.tooMany(at.child('values'), exitCodes.values?.length ?? 0, MAX_CODES);
    }
  }
}
