import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** Signs and checks tokens with one P-256 key (ES256). Source: RFC 7515, RFC 7518 */
export class JwtSigner {
  readonly #key: KeyObject;
  readonly #publicKey: KeyObject;
  readonly #header: string;

  /** @param pem the private key, PKCS #8. @throws Error when it is none */
  constructor(pem: string) {
    this.#key = createPrivateKey(pem);
    this.#publicKey = createPublicKey(this.#key);
    if (this.#key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new Error('the key is not on P-256');
    const kid = createHash('sha256')
      .update(this.#publicKey.export({ type: 'spki', format: 'der' }))
      .digest('base64url');
    this.#header = encode({ alg: 'ES256', kid });
  }

  /** A new private key, PEM. */
  static newKey(): string {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  }

  sign(claims: Readonly<Record<string, unknown>>): string {
    const signed = `${this.#header}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(signed), { key: this.#key, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
  }

  /** What the token says, if this key has signed it. Whether it is still good is for the caller to judge. */
  read(token: string): unknown {
    const [header = '', claims = '', signature = '', ...rest] = token.split('.');
    // Nothing that the token says of itself decides how it is checked: one key, one algorithm, one header.
    if (rest.length > 0 || header !== this.#header) return undefined;
    const bytes = Buffer.from(signature, 'base64url');
    const key = { key: this.#publicKey, dsaEncoding: 'ieee-p1363' } as const;
    if (!verify('sha256', Buffer.from(`${header}.${claims}`), key, bytes)) return undefined;
    return JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as unknown;
  }
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
