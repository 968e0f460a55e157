import { badRequest } from './status-error.js';

/** A request target, taken apart. */
export interface Target {
  /** As sent, without query: what the router matches, so that `%2F` inside a name stays inside it. */
  readonly rawPath: string;
  /** Decoded, without a trailing slash. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/**
 * Not through `URL`, which would resolve `..` and double slashes into a path nobody asked for.
 *
 * @throws StatusError 400 for absolute URLs, fragments and broken percent escapes
 */
export function parseTarget(target: string): Target {
  if (!target.startsWith('/') || target.includes('#')) throw badRequest('the request target is not a path');
  const mark = target.indexOf('?');
  const rawPath = mark === -1 ? target : target.slice(0, mark);
  const query = new URLSearchParams(mark === -1 ? '' : target.slice(mark + 1));
  let path: string;
  try {
    path = decodeURIComponent(rawPath);
  } catch {
    throw badRequest('the request path has a broken percent escape');
  }
  if (path.includes('\0')) throw badRequest('the request path holds a NUL');
  return { rawPath, path: path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path, query };
}
