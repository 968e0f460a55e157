import { StatusError } from '../http/status-error.js';

/**
 * 422 for a patch that is well formed and does not fit the object, in the API server's words, which say nothing; what is
 * wrong is in the cause, which kubectl prints.
 */
export const doesNotFit = (field: string, message: string): StatusError =>
  new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {
    causes: [{ reason: 'FieldValueInvalid', message, field }],
  });

/** 422 for query parameters of a patch. */
export const invalidOption = (field: string, reason: string, message: string): StatusError =>
  new StatusError(422, 'Invalid', `PatchOptions.meta.k8s.io "" is invalid: ${field}: ${message}`, {
    group: 'meta.k8s.io',
    kind: 'PatchOptions',
    causes: [{ reason, message, field }],
  });
