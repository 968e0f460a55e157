import type { Query } from './api-client.js';
import type { Session } from './session.js';

/** All pages of a list, as they are: servers may answer in several. */
export async function listPages<T extends { readonly metadata?: object }>(
  { client, signal }: Pick<Session, 'client' | 'signal'>,
  path: string,
  query: Query,
  accept = 'application/json',
): Promise<readonly T[]> {
  const pages: T[] = [];
  let next = '';
  do {
    const more = next === '' ? {} : { continue: next };
    const page = await client.json<T>({ path, query: { limit: 500, ...query, ...more }, accept }, signal);
    pages.push(page);
    next = (page.metadata as { readonly continue?: string } | undefined)?.continue ?? '';
  } while (next !== '');
  return pages;
}

/** All objects of a list. */
export async function listAll<T>(
  session: Pick<Session, 'client' | 'signal'>,
  path: string,
  query: Query,
): Promise<readonly T[]> {
  const pages = await listPages<{ readonly metadata?: object; readonly items: readonly T[] }>(session, path, query);
  return pages.flatMap(({ items }) => items);
}
