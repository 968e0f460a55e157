/** Stable codes a program may switch on. */
export type ErrorCode =
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Forbidden'
  | 'Invalid'
  | 'Timeout'
  | 'Unavailable'
  | 'Unsupported'
  | 'Internal';

/** The only error class that crosses a folder boundary. `cause` keeps the original. */
export class KubeletteError extends Error {
  override readonly name = 'KubeletteError';
  readonly code: ErrorCode;
  /** Facts for programs: object, field paths, engine status code. Never secrets. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options?: { cause?: unknown; details?: Readonly<Record<string, unknown>> },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options?.details ?? {};
  }
}

/** By name and code, not by class: the package ships two bundles, and their classes differ. */
export const hasCode = (error: unknown, code: ErrorCode): error is KubeletteError =>
  error instanceof Error && error.name === 'KubeletteError' && 'code' in error && error.code === code;

/** The text of anything that was thrown. Not by class: Node's own errors are of another one in a test runner's sandbox. */
export const errorMessage = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);

/** Exhaustiveness check for a `switch` over a union. */
export function assertNever(value: never): never {
  throw new KubeletteError('Internal', `unexpected value ${JSON.stringify(value)}`);
}
