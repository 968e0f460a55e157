import type { Pod } from '../../api/schema/pod.js';
import { KubeletteError } from '../../lib/errors.js';
import type { Clock } from '../../lib/clock.js';
import type { TokenProjection } from '../core/projected-files.js';

/** What a token is for. Source: TokenRequest of authentication.k8s.io/v1 */
interface TokenRequest {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Empty: those of the API server itself. */
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
  /** The token is worth nothing once this pod is gone. */
  readonly pod: { readonly name: string; readonly uid: string };
}

interface IssuedToken {
  readonly token: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Who makes tokens. @throws `Invalid` when it will not, in words for the user */
export type IssueToken = (request: TokenRequest) => Promise<IssuedToken>;

interface Kept extends IssuedToken {
  readonly issuedAt: number;
}

const DEFAULT_SECONDS = 3600;
/** Source: kubelet pkg/kubelet/token/token_manager.go: a new one after 80 % of the life, or after a day. */
const RENEWED_AFTER = 0.8;
const RENEWED_AFTER_MS = 24 * 3_600_000;

/** The tokens of pods, each kept until it is time for the next one. In memory only. */
export class ServiceAccountTokens {
  readonly #issue: IssueToken | undefined;
  readonly #clock: Clock;
  /** By pod uid, then by request. */
  readonly #kept = new Map<string, Map<string, Kept>>();

  constructor(issue: IssueToken | undefined, clock: Clock) {
    this.#issue = issue;
    this.#clock = clock;
  }

  /** The token a pod is to have now. @throws `Invalid` */
  async tokenOf(pod: Pod, { audience = '', expirationSeconds = DEFAULT_SECONDS }: TokenProjection): Promise<string> {
    const { name, namespace = 'default', uid = '' } = pod.metadata;
    const serviceAccount = pod.spec.serviceAccountName ?? 'default';
    const ofPod = this.#kept.get(uid) ?? new Map<string, Kept>();
    const key = JSON.stringify([serviceAccount, audience, expirationSeconds]);
    const kept = ofPod.get(key);
    if (kept !== undefined && !this.#isDue(kept)) return kept.token;
    if (this.#issue === undefined) {
      throw new KubeletteError('Invalid', 'failed to fetch token: this agent serves no API that would know the token');
    }
    const issuedAt = this.#clock.now();
    const issued = await this.#issue({
      namespace,
      serviceAccount,
      audiences: audience === '' ? [] : [audience],
      expirationSeconds,
      pod: { name, uid },
    });
    ofPod.set(key, { ...issued, issuedAt });
    this.#kept.set(uid, ofPod);
    return issued.token;
  }

  forget(uid: string): void {
    this.#kept.delete(uid);
  }

  #isDue({ expiresAt, issuedAt }: Kept): boolean {
    const age = this.#clock.now() - issuedAt;
    return age > (expiresAt - issuedAt) * RENEWED_AFTER || age > RENEWED_AFTER_MS;
  }
}
