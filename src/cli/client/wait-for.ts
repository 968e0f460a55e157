import { isDeepStrictEqual } from 'node:util';
import { KubeletteError } from '../../lib/errors.js';
import type { AnyObject } from './objects.js';

/** What `--for` demands. */
export type WaitFor =
  | { readonly kind: 'delete' }
  | { readonly kind: 'create' }
  | { readonly kind: 'match'; readonly met: (object: AnyObject) => boolean };

/**
 * `delete`, `create`, `condition=Ready`, `condition=Ready=false`, `jsonpath={.status.phase}=Running`,
 * `jsonpath={.status.podIP}`.
 * @throws KubeletteError `Invalid`; `Unsupported` for a path that is more than fields and indexes
 */
export function parseWaitFor(text: string): WaitFor {
  const lower = text.toLowerCase();
  if (lower === 'delete') return { kind: 'delete' };
  if (lower === 'create') return { kind: 'create' };
  const [, condition, status = 'true'] = /^condition=([^=]+)(?:=(.*))?$/s.exec(text) ?? [];
  if (condition !== undefined) return { kind: 'match', met: (object) => hasCondition(object, condition, status) };
  const [, path, value] = /^jsonpath=('?\{.*\}'?)(?:=(.*))?$/s.exec(text) ?? [];
  if (path === undefined) throw new KubeletteError('Invalid', `unrecognized condition: ${JSON.stringify(text)}`);
  const steps = parseFieldPath(path.replace(/^'|'$/g, '').slice(1, -1));
  const wanted = value?.replace(/^(['"])(.*)\1$/s, '$2');
  return { kind: 'match', met: (object) => isThere(follow(object, steps), wanted) };
}

/** Names are compared without regard to case, as by kubectl. */
function hasCondition(object: AnyObject, type: string, status: string): boolean {
  const { conditions } = (object as { readonly status?: { readonly conditions?: unknown } }).status ?? {};
  if (!Array.isArray(conditions)) return false;
  const same = (a: unknown, b: string): boolean => typeof a === 'string' && a.toLowerCase() === b.toLowerCase();
  return conditions.some((one: { readonly type?: unknown; readonly status?: unknown } | null) =>
    one === null ? false : same(one.type, type) && same(one.status, status),
  );
}

function parseFieldPath(path: string): readonly string[] {
  if (!/^(?:\.[\w-]+|\[\d+\]|\['[^']+'\])+$/.test(path))
    throw new KubeletteError('Unsupported', `--for=jsonpath: only fields and indexes, such as {.status.podIPs[0].ip}`);
  return [...path.matchAll(/\.([\w-]+)|\[(\d+)\]|\['([^']+)'\]/g)].map(
    ([, name, index, quoted]) => name ?? index ?? quoted ?? '',
  );
}

function follow(value: unknown, steps: readonly string[]): unknown {
  let at = value;
  for (const step of steps) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[step];
  }
  return at;
}

function isThere(value: unknown, wanted: string | undefined): boolean {
  if (value === undefined || value === null) return false;
  if (wanted === undefined) return true;
  return typeof value === 'object'
    ? isDeepStrictEqual(JSON.stringify(value), wanted)
    : `${value as string | number | boolean}` === wanted;
}
