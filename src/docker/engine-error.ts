import { KubeletteError, type ErrorCode } from '../lib/errors.js';

/** What docker-modem throws when the engine answered with an error. */
interface EngineAnswer extends Error {
  readonly statusCode: number;
  readonly json?: unknown;
}

/** Did the engine answer at all? Everything else means that the outcome is unknown. */
const isEngineAnswer = (error: unknown): error is EngineAnswer =>
  error instanceof Error && typeof (error as Partial<EngineAnswer>).statusCode === 'number';

/**
 * The one translation of engine errors: an answer becomes `Error response from daemon: <its words>` with the status in
 * `details.statusCode`; no answer becomes `Unavailable`. Our own errors pass through.
 *
 * @param endpoint where the engine is, for the message
 */
export function toKubeletteError(error: unknown, endpoint: string): KubeletteError {
  if (error instanceof KubeletteError) return error;
  if (isEngineAnswer(error)) return answerError(error.statusCode, engineWords(error), error);
  // Not by class: errors of Node itself are of another class in a test runner's sandbox.
  const words = typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
  return new KubeletteError(
    'Unavailable',
    `cannot reach the Docker engine at ${endpoint}: ${String(words)} (is it running?)`,
    {
      cause: error,
    },
  );
}

/** An error as the docker CLI words it. Also for errors that come as a line of a progress stream. */
export function answerError(statusCode: number, message: string, cause?: unknown): KubeletteError {
  return new KubeletteError(codeOf(statusCode), `Error response from daemon: ${message.trim()}`, {
    cause,
    details: { statusCode },
  });
}

function codeOf(statusCode: number): ErrorCode {
  if (statusCode === 404) return 'NotFound';
  if (statusCode === 409) return 'Conflict';
  if (statusCode === 501) return 'Unsupported';
  // Proxies in front of an engine answer so while it is away.
  if (statusCode === 502 || statusCode === 503 || statusCode === 504) return 'Unavailable';
  return statusCode >= 500 ? 'Internal' : 'Invalid';
}

/** `reason` is a fixed text per status ("no such container" even for a missing image); the JSON has the real words. */
function engineWords(error: EngineAnswer): string {
  const { json } = error;
  if (typeof json === 'object' && json !== null && 'message' in json && typeof json.message === 'string') {
    return json.message;
  }
  // Streamed requests: docker-modem keeps the words only inside its own message.
  const wrapped = /^\(HTTP code \d+\) .*? - (.*)$/s.exec(error.message);
  return wrapped?.[1] ?? error.message;
}
