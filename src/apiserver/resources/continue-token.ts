import { badRequest, StatusError } from '../http/status-error.js';

/** Where the next part of a list begins. */
export interface Continuation {
  /** Of the first part: a watch from there tells what has changed since. */
  readonly resourceVersion: string;
  /** The last object that was sent, as `placeOf`. */
  readonly after: string;
}

/** Opaque text for the client. */
export const writeContinue = ({ resourceVersion, after }: Continuation): string =>
  Buffer.from(JSON.stringify({ v: 1, rv: resourceVersion, after })).toString('base64url');

/** @throws StatusError 400 for what is no token of ours */
export function readContinue(token: string): Continuation {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (typeof value === 'object' && value !== null) {
      const { v, rv, after } = value as Readonly<Record<string, unknown>>;
      if (v === 1 && typeof rv === 'string' && /^\d{1,16}$/.test(rv) && typeof after === 'string') {
        return { resourceVersion: rv, after };
      }
    }
  } catch {
    // Not JSON: the same answer.
  }
  throw badRequest('continue key is not valid: it was not made by this server');
}

/** The changes since the first part are not remembered any more, so no watch could fill the gaps. */
export const continueExpired = (): StatusError =>
  new StatusError(
    410,
    'Expired',
    'The provided continue parameter is too old to display a consistent list result. You must start a new list without ' +
      'the continue parameter.',
  );
