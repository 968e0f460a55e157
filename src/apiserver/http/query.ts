import { badRequest } from './status-error.js';

const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

/**
 * A boolean query parameter as Go's `strconv.ParseBool` reads it (the Python client sends `True`); absent and empty are
 * false.
 *
 * @throws StatusError 400 for any other word
 */
export function booleanParameter(query: URLSearchParams, name: string): boolean {
  const value = query.get(name) ?? '';
  if (TRUE.has(value)) return true;
  if (value === '' || FALSE.has(value)) return false;
  throw badRequest(`query parameter ${name}: expected true or false, got ${JSON.stringify(value.slice(0, 40))}`);
}
