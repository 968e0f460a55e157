import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { User } from '../http/types.js';
import type { ServedNames } from './served-names.js';

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

const DAY_MS = 86_400_000;
const AUTHORITY_LIFE_MS = 3_650 * DAY_MS;
/** What browsers and systems accept at most. */
const CERTIFICATE_LIFE_MS = 825 * DAY_MS;
/** Clocks of clients differ, those of virtual machines after sleep by much. */
const BACKDATE_MS = 3_600_000;
/** A certificate with less left is made anew at the next start. */
const RENEW_BEFORE_MS = 30 * DAY_MS;

/** A new authority that can sign certificates and nothing else. @param now epoch ms */
export const createAuthority = (now: number): Promise<KeyPair> =>
  generate([['commonName', 'kubelette-ca']], now, AUTHORITY_LIFE_MS, [
    { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
  ]);

/** A serving certificate for these names. */
export const createServerPair = (authority: KeyPair, { dns, ips }: ServedNames, now: number): Promise<KeyPair> =>
  generate(
    [['commonName', 'kubelette']],
    now,
    CERTIFICATE_LIFE_MS,
    [
      ...leafExtensions('serverAuth'),
      {
        name: 'subjectAltName',
        altNames: [
          ...ips.map((ip) => ({ type: 7 as const, ip })),
          ...dns.map((value) => ({ type: 2 as const, value })),
        ],
      },
    ],
    authority,
  );

/** A client certificate; Kubernetes reads the user from CN and the group from O. */
export const createClientPair = (authority: KeyPair, { name, groups }: User, now: number): Promise<KeyPair> =>
  generate(
    [...groups.map((group) => ['organizationName', group] as const), ['commonName', name]],
    now,
    CERTIFICATE_LIFE_MS,
    leafExtensions('clientAuth'),
    authority,
  );

/**
 * May the pair still be used: readable, key and certificate belong together, signed by the authority (an authority by
 * itself), for all of `names`, and good for another 30 days?
 */
export function isUsable(pair: KeyPair, authority: KeyPair, now: number, names?: ServedNames): boolean {
  try {
    const certificate = new X509Certificate(pair.cert);
    return (
      certificate.checkPrivateKey(createPrivateKey(pair.key)) &&
      certificate.verify(new X509Certificate(authority.cert).publicKey) &&
      Date.parse(certificate.validFrom) <= now &&
      Date.parse(certificate.validTo) - now > RENEW_BEFORE_MS &&
      (names?.dns ?? []).every((name) => certificate.checkHost(name) !== undefined) &&
      (names?.ips ?? []).every((ip) => certificate.checkIP(ip) !== undefined)
    );
  } catch {
    // Not PEM, or cut short.
    return false;
  }
}

type Options = NonNullable<Parameters<typeof import('selfsigned').generate>[1]>;
type Extensions = NonNullable<Options['extensions']>;

const leafExtensions = (use: 'serverAuth' | 'clientAuth'): Extensions => [
  { name: 'basicConstraints', cA: false, critical: true },
  { name: 'keyUsage', digitalSignature: true, critical: true },
  { name: 'extKeyUsage', [use]: true },
];

async function generate(
  subject: readonly (readonly [name: string, value: string])[],
  now: number,
  lifeMs: number,
  extensions: Extensions,
  authority?: KeyPair,
): Promise<KeyPair> {
  // Costs 100 ms to load, and is needed only when something is new.
  const { generate: issue } = await import('selfsigned');
  const issued = await issue(
    subject.map(([name, value]) => ({ name, value })),
    {
      keyType: 'ec',
      curve: 'P-256',
      algorithm: 'sha256',
      notBeforeDate: new Date(now - BACKDATE_MS),
      notAfterDate: new Date(now + lifeMs),
      extensions,
      ...(authority === undefined ? {} : { ca: { cert: authority.cert, key: authority.key } }),
    },
  );
  return { cert: issued.cert.endsWith('\n') ? issued.cert : `${issued.cert}\n`, key: issued.private };
}
