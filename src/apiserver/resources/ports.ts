import type { KubeObject } from '../../api/schema/meta.js';
import type { ApiRequest } from '../http/types.js';
import type { Kind } from './kind.js';

/** A request body as plain JSON values. Nothing is checked against a schema yet; nulls may still be in it. */
export interface DecodedBody {
  /** `undefined` for an empty body. Freshly made: the receiver may change it. */
  readonly object: unknown;
  /** What strict decoding says of the text itself, as `duplicate field "data.a"`; none for protobuf. */
  readonly strictProblems?: readonly string[];
}

/**
 * Reads the body of a request: JSON, YAML or Kubernetes protobuf by its content type; without one, protobuf when it
 * begins with `k8s\0`, else JSON. Bodies that are no resource (DeleteOptions, Eviction) are read, too.
 *
 * @param kind of the resource the request is for, to fill in `apiVersion` and `kind` where the body leaves them out
 * @throws StatusError 415 for another content type; 400 for text that is not of its type; 413
 */
export type DecodeBody = (request: ApiRequest, kind?: Kind) => Promise<DecodedBody>;

/** What a patch makes of an object. */
export interface PatchResult {
  /** As the client wants it to be: neither defaulted nor checked. Freshly made: the receiver may change it. */
  readonly object: unknown;
  /** There was no object before (server-side apply). */
  readonly created: boolean;
  /** What strict decoding says of the patch itself, as `duplicate field "data.a"`. */
  readonly strictProblems?: readonly string[];
}

/**
 * Applies one patch, purely.
 *
 * @param contentType the request's, parameters and all, or empty
 * @param patch the body as it came
 * @param current absent when there is no such object: only server-side apply goes on then
 * @param query of the request, for `fieldManager` and `force`
 * @throws StatusError 415, 400 for what is no patch, 422 for one that does not fit, 409 for conflicts of server-side
 *   apply, 404 when `current` is absent and the patch type needs it
 */
export type ApplyPatch = (
  contentType: string,
  patch: Buffer,
  current: KubeObject | undefined,
  kind: Kind,
  query: URLSearchParams,
) => PatchResult;
