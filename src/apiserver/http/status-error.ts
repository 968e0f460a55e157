/** `details.causes` of a Status. */
export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  /** The plural resource for NotFound, AlreadyExists and Conflict; the Kind for Invalid. */
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** An answer that is an error, in Kubernetes' own form. Source: apimachinery pkg/api/errors. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails | undefined;

  constructor(code: number, reason: string, message: string, details?: StatusDetails) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  /** The body that goes out. */
  toStatus(): Record<string, unknown> {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    };
  }
}

export const badRequest = (message: string): StatusError => new StatusError(400, 'BadRequest', message);

/** `resource` is `pods` or `deployments.apps`: plural, with the group but for core. */
export const notFound = (resource: ResourceName, name: string): StatusError =>
  new StatusError(404, 'NotFound', `${qualified(resource)} "${name}" not found`, detailsOf(resource, name));

export const alreadyExists = (resource: ResourceName, name: string): StatusError =>
  new StatusError(409, 'AlreadyExists', `${qualified(resource)} "${name}" already exists`, detailsOf(resource, name));

export const conflict = (resource: ResourceName, name: string, why: string): StatusError =>
  new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`,
    detailsOf(resource, name),
  );

export const unknownPath = (): StatusError =>
  new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});

export interface ResourceName {
  readonly group: string;
  readonly plural: string;
}

const qualified = ({ group, plural }: ResourceName): string => (group === '' ? plural : `${plural}.${group}`);

const detailsOf = ({ group, plural }: ResourceName, name: string): StatusDetails => ({
  name,
  ...(group === '' ? {} : { group }),
  kind: plural,
});
