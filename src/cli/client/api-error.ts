/** The part of a Kubernetes `Status` that is printed. */
export interface Status {
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: {
    readonly name?: string;
    readonly kind?: string;
    readonly causes?: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[];
  };
}

/** The server refused a request. Only the client commands throw and catch it. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: Status;
  readonly httpStatus: number;

  constructor(httpStatus: number, status: Status) {
    super(status.message ?? `the server answered with status ${httpStatus}`);
    this.status = status;
    this.httpStatus = httpStatus;
  }

  /** Is this the answer for something that does not exist? */
  get notFound(): boolean {
    return this.httpStatus === 404;
  }

  /** The same with a word about what was attempted, as `error when creating "pod.yaml": …`. */
  during(attempt: string): ApiError {
    return new ApiError(this.httpStatus, { ...this.status, message: `${attempt}: ${this.message}` });
  }
}

/** An answer's body as the error it tells of, whether or not it is a Status. */
export function toApiError(httpStatus: number, body: string): ApiError {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null && 'message' in value)
      // Only printed, and whatever it is, it is made text there.
      return new ApiError(httpStatus, value as Status);
  } catch {
    // Not JSON: a proxy, or no Kubernetes API.
  }
  const message = body.trim().slice(0, 1_000);
  return new ApiError(httpStatus, {
    message:
      httpStatus === 404 && message === '' ? 'the server could not find the requested resource' : message || 'unknown',
  });
}

/** The error as kubectl prints it, one or more lines. Source: kubectl pkg/cmd/util checkErr, StandardErrorMessage. */
export function formatApiError({ httpStatus, message, status }: ApiError): string {
  const { reason } = status;
  if (httpStatus === 401) return `error: You must be logged in to the server (${message})`;
  if (reason === 'Invalid') return invalidText(status);
  if (reason === undefined || reason === '') return `Error from server: ${message}`;
  return `Error from server (${reason}): ${message}`;
}

function invalidText({ details, message = '' }: Status): string {
  const causes = [...new Set((details?.causes ?? []).map(causeText))];
  const { kind = '', name = '' } = details ?? {};
  const subject = kind === '' && name === '' ? 'The request is invalid' : `The ${kind} "${name}" is invalid`;
  if (causes.length === 0) return message === '' || kind !== '' || name !== '' ? subject : `${subject}: ${message}`;
  if (causes.length === 1) return `${subject}: ${causes[0] ?? ''}`;
  return [`${subject}: `, ...causes.map((cause) => `* ${cause}`)].join('\n');
}

const causeText = ({ field = '', message = '' }: { readonly field?: string; readonly message?: string }): string =>
  field === '' ? message : `${field}: ${message}`;
