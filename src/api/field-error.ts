import type { NameCheck } from './names.js';

/** The kinds of validation problems of the API server. */
export type FieldErrorType =
  | 'Required value'
  | 'Invalid value'
  | 'Unsupported value'
  | 'Duplicate value'
  | 'Not found'
  | 'Forbidden'
  | 'Too long'
  | 'Too many';

/** One problem of one field. */
export interface FieldError {
  /** `spec.containers[0].resources.limits[cpu]` */
  readonly path: string;
  readonly segments: readonly (string | number)[];
  readonly type: FieldErrorType;
  /** The whole text, path included. */
  readonly message: string;
}

/** A place in an object, as text and as steps. */
export class FieldPath {
  readonly text: string;
  readonly segments: readonly (string | number)[];

  constructor(text: string, segments: readonly (string | number)[]) {
    this.text = text;
    this.segments = segments;
  }

  /** A field of this object, or of one further down. */
  child(...names: readonly string[]): FieldPath {
    const text = this.text === '' ? names.join('.') : [this.text, ...names].join('.');
    return new FieldPath(text, [...this.segments, ...names]);
  }

  /** An entry of this list, or of this map. */
  at(key: number | string): FieldPath {
    return new FieldPath(`${this.text}[${key}]`, [...this.segments, key]);
  }
}

/** Where a walk over an object starts. */
export const ROOT = new FieldPath('', []);

/**
 * Collects problems, each with the API server's text.
 * Source: apimachinery pkg/util/validation/field/errors.go
 */
export class FieldErrors {
  readonly list: FieldError[] = [];

  required(path: FieldPath, detail = ''): void {
    this.#add(path, 'Required value', '', detail);
  }

  invalid(path: FieldPath, value: unknown, detail: string): void {
    this.#add(path, 'Invalid value', shown(value), detail);
  }

  /** `invalid` for everything a check of names finds. */
  check(path: FieldPath, value: string, check: NameCheck): void {
    for (const problem of check(value)) this.invalid(path, value, problem);
  }

  unsupported(path: FieldPath, value: string, choices: readonly string[]): void {
    const supported = choices.map((choice) => JSON.stringify(choice)).join(', ');
    this.#add(path, 'Unsupported value', shown(value), `supported values: ${supported}`);
  }

  duplicate(path: FieldPath, value: unknown): void {
    this.#add(path, 'Duplicate value', shown(value), '');
  }

  notFound(path: FieldPath, value: unknown): void {
    this.#add(path, 'Not found', shown(value), '');
  }

  forbidden(path: FieldPath, detail: string): void {
    this.#add(path, 'Forbidden', '', detail);
  }

  tooLong(path: FieldPath, maxBytes: number): void {
    this.#add(path, 'Too long', '', `may not be more than ${maxBytes} bytes`);
  }

  tooMany(path: FieldPath, count: number, max: number): void {
    this.#add(path, 'Too many', String(count), `must have at most ${max} items`);
  }

  #add(path: FieldPath, type: FieldErrorType, value: string, detail: string): void {
    const message = [path.text, type, value, detail].filter((part) => part !== '').join(': ');
    this.list.push({ path: path.text, segments: path.segments, type, message });
  }
}

/** Text quoted, numbers bare, nothing as `null`, objects as JSON. */
const shown = (value: unknown): string => (value === undefined ? 'null' : JSON.stringify(value));
