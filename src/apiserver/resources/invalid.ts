import type { FieldError, FieldErrorType } from '../../api/field-error.js';
import { StatusError, type StatusCause } from '../http/status-error.js';
import type { Kind } from './kind.js';

const CAUSES: Readonly<Record<FieldErrorType, string>> = {
  'Required value': 'FieldValueRequired',
  'Invalid value': 'FieldValueInvalid',
  'Unsupported value': 'FieldValueNotSupported',
  'Duplicate value': 'FieldValueDuplicate',
  'Not found': 'FieldValueNotFound',
  Forbidden: 'FieldValueForbidden',
  'Too long': 'FieldValueTooLong',
  'Too many': 'FieldValueTooMany',
};

/**
 * 422: all that is wrong with an object. kubectl prints the causes, programs the message.
 * Source: apimachinery pkg/api/errors NewInvalid
 */
export function invalid(
  { group, kind }: Pick<Kind, 'group' | 'kind'>,
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const causes: StatusCause[] = errors.map(({ path, type, message }) => ({
    reason: CAUSES[type],
    message: message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message,
    field: path,
  }));
  const texts = errors.map(({ message }) => message);
  const all = texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
  const qualified = group === '' ? kind : `${kind}.${group}`;
  return new StatusError(422, 'Invalid', `${qualified} ${JSON.stringify(name)} is invalid: ${all}`, {
    name,
    ...(group === '' ? {} : { group }),
    kind,
    causes,
  });
}
