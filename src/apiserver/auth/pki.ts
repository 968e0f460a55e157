import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../../lib/clock.js';
import type { User } from '../http/types.js';
import { createAuthority, createClientPair, createServerPair, isUsable, type KeyPair } from './certificates.js';
import { machineNames } from './machine-names.js';
import { readPrivateFile, writePrivateFile } from '../../lib/private-file.js';
import { servedNames } from './served-names.js';

/** Whom the client certificate and the token stand for: may do everything. */
export const ADMIN: User = { name: 'kubelette-admin', groups: ['system:masters'] };

/** All the secrets of one server. */
export interface Pki {
  readonly ca: KeyPair;
  readonly server: KeyPair;
  readonly client: KeyPair;
  /** 256 random bits, base64url. */
  readonly token: string;
}

/**
 * What is in `pki/` of the data directory; what is missing, damaged, about to expire or without the listen host is made
 * anew. The authority stays as long as it can, so kubeconfigs handed out before keep working. Call it while holding the
 * agent's lock.
 *
 * @param layout.pki a directory that is ours and closed to others
 * @throws Unavailable when a file cannot be read or written
 */
export async function loadPki(
  layout: { readonly pki: string },
  listen: { readonly host: string },
  clock: Pick<Clock, 'now'>,
): Promise<Pki> {
  const now = clock.now();
  const names = servedNames(listen.host, machineNames());
  const at = (name: string): string => join(layout.pki, name);
  const ca = await loadPair(
    at('ca'),
    (pair) => isUsable(pair, pair, now),
    () => createAuthority(now),
  );
  const server = await loadPair(
    at('server'),
    (pair) => isUsable(pair, ca, now, names),
    () => createServerPair(ca, names, now),
  );
  const client = await loadPair(
    at('client'),
    (pair) => isUsable(pair, ca, now),
    () => createClientPair(ca, ADMIN, now),
  );
  return { ca, server, client, token: await loadToken(at('token')) };
}

async function loadPair(
  path: string,
  usable: (pair: KeyPair) => boolean,
  create: () => Promise<KeyPair>,
): Promise<KeyPair> {
  const [cert, key] = await Promise.all([readPrivateFile(`${path}.crt`), readPrivateFile(`${path}.key`)]);
  if (cert !== undefined && key !== undefined && usable({ cert, key })) return { cert, key };
  const made = await create();
  // A crash in between leaves a pair that does not match and is made again.
  await writePrivateFile(`${path}.key`, made.key);
  await writePrivateFile(`${path}.crt`, made.cert);
  return made;
}

async function loadToken(path: string): Promise<string> {
  const stored = (await readPrivateFile(path))?.trim();
  if (stored !== undefined && /^[\w-]{43}$/.test(stored)) return stored;
  const token = randomBytes(32).toString('base64url');
  await writePrivateFile(path, `${token}\n`);
  return token;
}
