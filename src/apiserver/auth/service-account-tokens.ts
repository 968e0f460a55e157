import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { KubeObject } from '../../api/schema/meta.js';
import type { Pod } from '../../api/schema/pod.js';
import type { Clock } from '../../lib/clock.js';
import { KubeletteError } from '../../lib/errors.js';
import type { Store } from '../../store/store.js';
import type { JwtSigner } from './jwt.js';

/** Who the tokens say has made them, and for whom when nobody says otherwise. */
export const ISSUER = 'https://kubernetes.default.svc.cluster.local';

/** For how long a token is good when nobody says otherwise. */
export const DEFAULT_SECONDS = 3_600;

/** By so much a clock may differ from the one a token was made by. Source: go-jose jwt.DefaultLeeway, as kube-apiserver has it. */
const LEEWAY_SECONDS = 60;

/** What a token may be bound to: it is good for as long as that is there. */
export interface BoundObject {
  readonly kind: 'Pod' | 'Secret' | 'Node';
  readonly name: string;
  readonly uid: string;
}

export interface TokenRequest {
  readonly namespace: string;
  readonly serviceAccount: { readonly name: string; readonly uid: string };
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
  readonly boundTo?: BoundObject;
}

export interface IssuedToken {
  readonly token: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
}

/** Of whom a token that is good speaks. */
export interface TokenBearer {
  readonly username: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly audiences: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

const referenceSchema = z.object({ name: z.string(), uid: z.string() });
const claimsSchema = z.object({
  iss: z.literal(ISSUER),
  aud: z.array(z.string()),
  exp: z.number(),
  nbf: z.number(),
  jti: z.string(),
  'kubernetes.io': z.object({
    namespace: z.string(),
    serviceaccount: referenceSchema,
    pod: referenceSchema.optional(),
    secret: referenceSchema.optional(),
    node: referenceSchema.optional(),
  }),
});
type Claims = z.infer<typeof claimsSchema>;

/**
 * Tokens of service accounts: signed claims, good until they expire or what they are bound to is gone.
 * Source: kubernetes pkg/serviceaccount/claims.go
 */
export class ServiceAccountTokens {
  readonly #store: Store;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #signer: JwtSigner;

  constructor(store: Store, clock: Pick<Clock, 'now'>, signer: JwtSigner) {
    this.#store = store;
    this.#clock = clock;
    this.#signer = signer;
  }

  /** The caller has checked that account and object exist and go together. */
  issue({ audiences, boundTo, expirationSeconds, namespace, serviceAccount }: TokenRequest): IssuedToken {
    const issuedAt = Math.floor(this.#clock.now() / 1000);
    const expiresAt = issuedAt + expirationSeconds;
    const bound =
      boundTo === undefined ? {} : { [boundTo.kind.toLowerCase()]: { name: boundTo.name, uid: boundTo.uid } };
    const token = this.#signer.sign({
      aud: audiences,
      exp: expiresAt,
      iat: issuedAt,
      iss: ISSUER,
      jti: randomUUID(),
      'kubernetes.io': { namespace, serviceaccount: serviceAccount, ...bound },
      nbf: issuedAt,
      sub: userOf(namespace, serviceAccount.name),
    });
    return { token, expiresAt };
  }

  /**
   * A token of the pod's own account, good while the pod is there: what a projected volume shows the pod.
   *
   * @param request.audience of the server itself when empty
   * @throws `NotFound` when there is no such account
   */
  issueForPod(
    { metadata, spec }: Pod,
    request: { readonly audience?: string; readonly expirationSeconds?: number },
  ): IssuedToken {
    const { name, namespace = 'default', uid = '' } = metadata;
    const account = spec.serviceAccountName || 'default';
    const found = this.#store.get('ServiceAccount', `${namespace}/${account}`);
    if (found === undefined) throw new KubeletteError('NotFound', `serviceaccounts "${account}" not found`);
    return this.issue({
      namespace,
      serviceAccount: { name: account, uid: found.metadata.uid ?? '' },
      audiences: [request.audience || ISSUER],
      expirationSeconds: request.expirationSeconds ?? DEFAULT_SECONDS,
      boundTo: { kind: 'Pod', name, uid },
    });
  }

  /**
   * Whom the token stands for.
   *
   * @param audiences of which one has to be among the token's
   * @returns undefined when it is not good: forged, expired, for others, or of something that is gone
   */
  review(token: string, audiences: readonly string[]): TokenBearer | undefined {
    const claims = claimsSchema.safeParse(this.#signer.read(token));
    if (!claims.success || !this.#isGood(claims.data)) return undefined;
    const { aud, jti } = claims.data;
    const matching = audiences.filter((audience) => aud.includes(audience));
    if (matching.length === 0) return undefined;
    const { namespace, node, pod, serviceaccount } = claims.data['kubernetes.io'];
    return {
      username: userOf(namespace, serviceaccount.name),
      uid: serviceaccount.uid,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
      audiences: matching,
      extra: {
        'authentication.kubernetes.io/credential-id': [`JTI=${jti}`],
        ...extraOf('pod', pod),
        ...extraOf('node', node),
      },
    };
  }

  #isGood({ exp, nbf, 'kubernetes.io': about }: Claims): boolean {
    const now = this.#clock.now() / 1000;
    if (now + LEEWAY_SECONDS < nbf || now - LEEWAY_SECONDS > exp) return false;
    const { namespace } = about;
    return (
      this.#isThere('ServiceAccount', `${namespace}/${about.serviceaccount.name}`, about.serviceaccount.uid) &&
      (about.pod === undefined || this.#isThere('Pod', `${namespace}/${about.pod.name}`, about.pod.uid)) &&
      (about.secret === undefined || this.#isThere('Secret', `${namespace}/${about.secret.name}`, about.secret.uid)) &&
      (about.node === undefined || this.#isThere('Node', about.node.name, about.node.uid))
    );
  }

  #isThere(kind: string, key: string, uid: string): boolean {
    return this.#store.get<KubeObject>(kind, key)?.metadata.uid === uid;
  }
}

const userOf = (namespace: string, name: string): string => `system:serviceaccount:${namespace}:${name}`;

const extraOf = (
  kind: 'pod' | 'node',
  reference: { readonly name: string; readonly uid: string } | undefined,
): Record<string, readonly string[]> =>
  reference === undefined
    ? {}
    : {
        [`authentication.kubernetes.io/${kind}-name`]: [reference.name],
        [`authentication.kubernetes.io/${kind}-uid`]: [reference.uid],
      };
