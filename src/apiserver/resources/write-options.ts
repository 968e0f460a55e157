import { badRequest, StatusError } from '../http/status-error.js';

/** What becomes of fields that nobody knows. */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

/** @throws StatusError 400 for another word */
export function readFieldValidation(query: URLSearchParams): FieldValidation {
  const value = query.get('fieldValidation') ?? '';
  if (value === '') return 'Warn';
  if (value === 'Strict' || value === 'Warn' || value === 'Ignore') return value;
  throw badRequest(
    `fieldValidation: Unsupported value: ${JSON.stringify(value.slice(0, 40))}: supported values: "Ignore", "Strict", "Warn"`,
  );
}

/** `dryRun=All`. @throws StatusError 422 for another word */
export function readDryRun(values: readonly unknown[]): boolean {
  const given = values.filter((value) => value !== '');
  if (given.every((value) => value === 'All')) return given.length > 0;
  const wrong = JSON.stringify(given.find((value) => value !== 'All'));
  throw new StatusError(422, 'Invalid', `dryRun: Unsupported value: ${wrong}: supported values: "All"`);
}
