import { assertNever, errorMessage, KubeletteError } from '../../lib/errors.js';
import { badRequest, StatusError } from './status-error.js';

/**
 * Any error as the answer a client gets. Never with `Retry-After`: client-go would repeat the request ten times before it
 * shows the message.
 */
export function toStatusError(error: unknown): StatusError {
  if (error instanceof StatusError) return error;
  if (error instanceof KubeletteError) return ofKubelette(error);
  return internal(errorMessage(error));
}

function ofKubelette({ code, message, details }: KubeletteError): StatusError {
  // The store's word for a watch from a version that is no longer remembered.
  if (details['reason'] === 'Gone') return new StatusError(410, 'Expired', message);
  switch (code) {
    case 'Invalid':
    case 'Unsupported':
      return badRequest(message);
    case 'NotFound':
      return new StatusError(404, 'NotFound', message);
    case 'AlreadyExists':
      return new StatusError(409, 'AlreadyExists', message);
    case 'Conflict':
      return new StatusError(409, 'Conflict', message);
    case 'Forbidden':
      return new StatusError(403, 'Forbidden', message, details);
    case 'Timeout':
      return new StatusError(504, 'Timeout', message);
    case 'Unavailable':
      return new StatusError(503, 'ServiceUnavailable', message);
    case 'Internal':
      return internal(message);
    default:
      return assertNever(code);
  }
}

const internal = (message: string): StatusError =>
  new StatusError(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ reason: '', message }] });
