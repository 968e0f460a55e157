import { badRequest, StatusError } from '../http/status-error.js';
import type { ApiRequest, ApiResponse } from '../http/types.js';
import { continueExpired, readContinue, writeContinue, type Continuation } from './continue-token.js';
import { readView, renderList } from './render.js';
import { placeOf, type Resource } from './resource.js';
import { readSelection } from './selection.js';

/**
 * `GET` of a collection: everything that matches, or a part of it and where it goes on.
 *
 * Parts are of different moments, but all carry the version of the first: what changes in between, a watch from that
 * version tells. Once it could not tell any more, going on is refused.
 *
 * @throws StatusError 400 for options that cannot be read, 406, 410
 */
export function listObjects(resource: Resource, namespace: string | undefined, request: ApiRequest): ApiResponse {
  const { query } = request;
  const view = readView(request);
  const selection = readSelection(resource.kind, namespace, query);
  const limit = readLimit(query);
  const continuation = readContinuation(resource, query);
  checkVersion(resource, query, continuation);

  const { items, resourceVersion } = resource.list(namespace);
  const matching = items.filter(selection.matches);
  const rest =
    continuation === undefined ? matching : matching.filter((object) => placeOf(object) > continuation.after);
  const version = continuation?.resourceVersion ?? resourceVersion;
  const part = limit === undefined ? rest : rest.slice(0, limit);
  const last = part.at(-1);
  const metadata = {
    resourceVersion: version,
    ...(last === undefined || part.length === rest.length
      ? {}
      : {
          continue: writeContinue({ resourceVersion: version, after: placeOf(last) }),
          // With selectors a real server does not know it either.
          ...(selection.selective ? {} : { remainingItemCount: rest.length - part.length }),
        }),
  };
  return {
    kind: 'object',
    status: 200,
    object: renderList(resource.kind, part, metadata, view, resource.clock.now()),
  };
}

function readLimit(query: URLSearchParams): number | undefined {
  const text = query.get('limit') ?? '';
  if (text === '' || text === '0') return undefined;
  if (!/^\d{1,9}$/.test(text)) throw badRequest(`limit: expected a number, got ${JSON.stringify(text.slice(0, 40))}`);
  return Number(text);
}

function readContinuation(resource: Resource, query: URLSearchParams): Continuation | undefined {
  const token = query.get('continue') ?? '';
  if (token === '') return undefined;
  const continuation = readContinue(token);
  try {
    // Never read from: it only tells whether it could be.
    resource.store.watch(resource.storedKind.kind, continuation.resourceVersion, AbortSignal.abort());
  } catch {
    throw continueExpired();
  }
  return continuation;
}

/** What is here is always the newest, which is what all but an exact version ask for. */
function checkVersion(resource: Resource, query: URLSearchParams, continuation: Continuation | undefined): void {
  const text = query.get('resourceVersion') ?? '';
  const match = query.get('resourceVersionMatch') ?? '';
  if (continuation !== undefined && text !== '' && text !== '0')
    throw badRequest('specifying resource version is not allowed when using continue');
  if (match !== '' && match !== 'Exact' && match !== 'NotOlderThan')
    throw badRequest(
      `resourceVersionMatch: Unsupported value: ${JSON.stringify(match.slice(0, 40))}: supported values: "Exact", "NotOlderThan", ""`,
    );
  if (text === '') {
    if (match !== '')
      throw badRequest(
        'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
      );
    return;
  }
  const version = readVersion(text);
  const { revision } = resource.store;
  if (version > revision) throw tooLargeVersion(version, revision);
  if (match === 'Exact' && version !== revision)
    throw new StatusError(410, 'Expired', `The resourceVersion for the provided list is too old.`);
}

/** @throws StatusError 400 */
export function readVersion(text: string): number {
  if (!/^\d{1,15}$/.test(text))
    throw badRequest(`Invalid value: ${JSON.stringify(text.slice(0, 40))}: invalid resource version`);
  return Number(text);
}

/** Nobody can have read a version that is not there yet, but perhaps from another server. */
const tooLargeVersion = (version: number, current: number): StatusError =>
  new StatusError(504, 'Timeout', `Too large resource version: ${version}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
  });
