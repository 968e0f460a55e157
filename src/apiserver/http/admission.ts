import type { IncomingMessage } from 'node:http';
import type { Authenticator } from '../auth/authenticate.js';
import type { ServedNames } from '../auth/served-names.js';
import { guard } from './guard.js';
import type { ServerLimits } from './limits.js';
import type { Router, RouteMatch } from './router.js';
import { StatusError } from './status-error.js';
import { parseTarget } from './target.js';
import type { ApiRequest } from './types.js';

export interface AdmissionParts {
  readonly names: ServedNames;
  readonly authenticate: Authenticator;
  readonly router: Router;
  readonly limits: Pick<ServerLimits, 'headerLines'>;
}

/** A request that may go on to its handler. */
export interface Admitted {
  readonly match: RouteMatch;
  readonly request: Omit<ApiRequest, 'body'>;
}

/** All that anyone may ask without credentials: whether the server is up. */
const ANONYMOUS_PATHS: ReadonlySet<string> = new Set(['/healthz', '/livez', '/readyz']);
const ANONYMOUS = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/**
 * Everything a request goes through before its handler, in this order: guard, target, credentials, route. One way for
 * ordinary requests and upgrades, so neither can be the weaker one.
 *
 * @throws StatusError
 */
export function admit(
  { names, authenticate, router, limits }: AdmissionParts,
  raw: IncomingMessage,
  signal: AbortSignal,
): Admitted {
  guard(raw, names, limits.headerLines);
  const { rawPath, path, query } = parseTarget(raw.url ?? '');
  const method = raw.method ?? '';
  const anonymous = method === 'GET' && ANONYMOUS_PATHS.has(path) ? ANONYMOUS : undefined;
  const user = authenticate(raw) ?? anonymous;
  if (user === undefined) throw new StatusError(401, 'Unauthorized', 'Unauthorized');
  refuseImpersonation(raw);
  const match = router(method, rawPath);
  return { match, request: { method, path, query, headers: raw.headers, params: match.params, user, signal, raw } };
}

/** Whoever asks as somebody else wants to see what that one may not do; an answer to the one user there is would mislead. */
function refuseImpersonation({ headers }: IncomingMessage): void {
  if (Object.keys(headers).some((name) => name.startsWith('impersonate-')))
    throw new StatusError(403, 'Forbidden', 'impersonation is not supported: this server has one user');
}
