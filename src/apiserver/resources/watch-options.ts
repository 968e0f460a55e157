import { booleanParameter } from '../http/query.js';
import { badRequest, StatusError } from '../http/status-error.js';
import { readVersion } from './list.js';

export interface WatchOptions {
  /** Tell changes after this version; absent: what is there first, then changes from now on. */
  readonly since: string | undefined;
  /** A bookmark says where what was there ends. */
  readonly initialEventsEnd: boolean;
  readonly bookmarks: boolean;
  readonly timeoutMs: number | undefined;
}

/**
 * The options of a watch. Version 0 or none means any state to begin with, so what is there comes first.
 *
 * @param current the store's revision
 * @throws StatusError 400, 422 for options that exclude each other
 */
export function readWatchOptions(query: URLSearchParams, current: number): WatchOptions {
  const version = query.get('resourceVersion') ?? '';
  if (version !== '') readVersion(version);
  const fromNothing = version === '' || version === '0';
  const common = { bookmarks: booleanParameter(query, 'allowWatchBookmarks'), timeoutMs: readTimeout(query) };

  const match = query.get('resourceVersionMatch') ?? '';
  if ((query.get('sendInitialEvents') ?? '') === '') {
    if (match !== '')
      throw invalid(
        'resourceVersionMatch',
        'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      );
    return { ...common, since: fromNothing ? undefined : version, initialEventsEnd: false };
  }
  if (match !== 'NotOlderThan')
    throw invalid('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  if (!booleanParameter(query, 'sendInitialEvents'))
    return { ...common, since: fromNothing ? String(current) : version, initialEventsEnd: false };
  // What is here now is the newest there is, so not older than any version a client can know.
  return { ...common, since: undefined, initialEventsEnd: common.bookmarks };
}

function readTimeout(query: URLSearchParams): number | undefined {
  const text = query.get('timeoutSeconds') ?? '';
  if (text === '' || text === '0') return undefined;
  if (!/^\d{1,7}$/.test(text))
    throw badRequest(`timeoutSeconds: expected a number, got ${JSON.stringify(text.slice(0, 40))}`);
  return Number(text) * 1_000;
}

const invalid = (field: string, why: string): StatusError =>
  new StatusError(422, 'Invalid', `ListOptions.meta.k8s.io "" is invalid: ${field}: Forbidden: ${why}`, {
    group: 'meta.k8s.io',
    kind: 'ListOptions',
    causes: [{ reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field }],
  });
