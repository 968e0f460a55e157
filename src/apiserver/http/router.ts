import findMyWay from 'find-my-way';
import { StatusError, unknownPath } from './status-error.js';
import type { Route } from './types.js';

/** The route of a request and what its `:name` parts stand for. */
export interface RouteMatch {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** @throws StatusError 404 when no route has the path, 405 when one has but with another method */
export type Router = (method: string, rawPath: string) => RouteMatch;

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
/** The longest name plus the path behind it that a proxy request carries in one parameter. */
const MAX_PARAMETER_LENGTH = 4_096;

/** A trailing slash makes no difference. @throws when two routes claim one method and pattern */
export function createRouter(routes: readonly Route[]): Router {
  const tree = findMyWay({ ignoreTrailingSlash: true, maxParamLength: MAX_PARAMETER_LENGTH });
  // Only looked up in, never called: the answer needs more than find-my-way hands to its handlers.
  for (const route of routes) tree.on(route.method, route.pattern, () => undefined, route);

  return (method, rawPath) => {
    const known = METHODS.find((candidate) => candidate === method);
    const found = known === undefined ? null : tree.find(known, rawPath);
    // What was stored above.
    if (found !== null) return { route: found.store as Route, params: definedOf(found.params) };
    if (METHODS.some((other) => tree.find(other, rawPath) !== null))
      throw new StatusError(
        405,
        'MethodNotAllowed',
        'the server does not allow this method on the requested resource',
        {},
      );
    throw unknownPath();
  };
}

function definedOf(params: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const defined: Record<string, string> = {};
  for (const [name, value] of Object.entries(params)) if (value !== undefined) defined[name] = value;
  return defined;
}
