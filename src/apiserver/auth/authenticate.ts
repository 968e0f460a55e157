import { createHash, timingSafeEqual, X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { User } from '../http/types.js';

/** Who sends a request, by its client certificate or its token; undefined when it has no credential of ours. */
export type Authenticator = (request: Pick<IncomingMessage, 'socket' | 'headers'>) => User | undefined;

/** @param credentials.token the whole secret; @param credentials.caCert PEM, the only authority of client certificates */
export function createAuthenticator(credentials: {
  readonly caCert: string;
  readonly token: string;
  /** Whom the token stands for. */
  readonly tokenUser: User;
}): Authenticator {
  const authority = new X509Certificate(credentials.caCert);
  const userOfToken = createTokenCheck(credentials);
  // A connection keeps its certificate, so it is looked at once.
  const known = new WeakMap<object, { readonly user: User | undefined }>();

  const bySocket = (socket: IncomingMessage['socket']): User | undefined => {
    if (!(socket instanceof TLSSocket)) return undefined;
    const seen = known.get(socket);
    if (seen !== undefined) return seen.user;
    const user = certificateUser(socket, authority);
    known.set(socket, { user });
    return user;
  };
  const byToken = (header: string | undefined): User | undefined => {
    const token = /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1];
    return token === undefined ? undefined : userOfToken(token);
  };
  return ({ socket, headers }) => {
    const user = bySocket(socket) ?? byToken(headers.authorization);
    return user === undefined ? undefined : { name: user.name, groups: [...user.groups, 'system:authenticated'] };
  };
}

/** Whom a token stands for, when it is ours. */
export function createTokenCheck(credentials: {
  readonly token: string;
  readonly tokenUser: User;
}): (token: string) => User | undefined {
  const expected = digest(credentials.token);
  // Digests have one length, so the comparison tells nothing about the secret.
  return (token) => (timingSafeEqual(digest(token), expected) ? credentials.tokenUser : undefined);
}

function certificateUser(socket: TLSSocket, authority: X509Certificate): User | undefined {
  const certificate = socket.getPeerX509Certificate();
  // `authorized` alone is not enough: a resumed TLS 1.3 session without any certificate has it too. It covers dates and
  // purpose, the signature is checked once more.
  if (certificate === undefined || !socket.authorized || !certificate.verify(authority.publicKey)) return undefined;
  // Not in the types: a field that comes several times is a list.
  const subject = certificate.toLegacyObject().subject as unknown as Readonly<
    Record<'CN' | 'O', string | readonly string[] | undefined>
  >;
  const [name] = listOf(subject.CN);
  return name === undefined || name === '' ? undefined : { name, groups: listOf(subject.O) };
}

const listOf = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
