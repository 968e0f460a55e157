import type { Pod } from '../../api/schema/pod.js';
import type { Clock } from '../../lib/clock.js';
import { errorMessage, hasCode, KubeletteError } from '../../lib/errors.js';
import type { TokenProjection } from '../core/volumes/projected-files.js';

interface IssuedToken {
  readonly token: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
}

/**
 * Makes a token of the pod's service account that is good as long as the pod is there.
 * @throws `NotFound` when there is no such account
 */
export type IssueToken = (pod: Pod, request: Pick<TokenProjection, 'audience' | 'expirationSeconds'>) => IssuedToken;

interface Kept extends IssuedToken {
  /** Epoch milliseconds. */
  readonly issuedAt: number;
}

/** Source: kubelet pkg/kubelet/token/token_manager.go: a new one after 80 % of the life, or after a day. */
const RENEWED_AFTER = 0.8;
const RENEWED_AFTER_MS = 24 * 3_600_000;

/** The clock was set back by more than this since: the token is good only when it gets there again. */
const SET_BACK_MS = 60_000;

/** The tokens pods have in their volumes, each kept until it is time for the next one. In memory only. */
export class TokenManager {
  readonly #issue: IssueToken;
  readonly #clock: Pick<Clock, 'now'>;
  /** By pod uid, then by request. */
  readonly #kept = new Map<string, Map<string, Kept>>();

  constructor(issue: IssueToken, clock: Pick<Clock, 'now'>) {
    this.#issue = issue;
    this.#clock = clock;
  }

  /** The token a pod is to have now. @throws `Invalid` in the kubelet's words */
  tokenOf(pod: Pod, { audience, expirationSeconds }: TokenProjection): string {
    const { uid = '' } = pod.metadata;
    const ofPod = this.#kept.get(uid) ?? new Map<string, Kept>();
    this.#kept.set(uid, ofPod);
    const request = {
      ...(audience === undefined ? {} : { audience }),
      ...(expirationSeconds === undefined ? {} : { expirationSeconds }),
    };
    const key = JSON.stringify(request);
    const kept = ofPod.get(key);
    if (kept !== undefined && !this.#isDue(kept)) return kept.token;
    const issuedAt = this.#clock.now();
    const issued = this.#ask(pod, request);
    ofPod.set(key, { ...issued, issuedAt });
    return issued.token;
  }

  forget(uid: string): void {
    this.#kept.delete(uid);
  }

  #ask(pod: Pod, request: Parameters<IssueToken>[1]): IssuedToken {
    try {
      return this.#issue(pod, request);
    } catch (error) {
      if (!hasCode(error, 'NotFound')) throw error;
      throw new KubeletteError('Invalid', `failed to fetch token: ${errorMessage(error)}`, { cause: error });
    }
  }

  #isDue({ expiresAt, issuedAt }: Kept): boolean {
    const age = this.#clock.now() - issuedAt;
    return age < -SET_BACK_MS || age > (expiresAt * 1_000 - issuedAt) * RENEWED_AFTER || age > RENEWED_AFTER_MS;
  }
}
