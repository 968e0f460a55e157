import { createTokenCheck } from './authenticate.js';
import { ADMIN, type Pki } from './pki.js';
import type { ReviewToken } from './reviews.js';
import { ISSUER, type ServiceAccountTokens } from './service-account-tokens.js';

/** Knows the administrator's token and those of service accounts. */
export function createTokenReviewer({ token }: Pick<Pki, 'token'>, accounts: ServiceAccountTokens): ReviewToken {
  const administrator = createTokenCheck({ token, tokenUser: ADMIN });
  return (asked, audiences) => {
    const wanted = audiences.length === 0 ? [ISSUER] : audiences;
    const found = administrator(asked);
    if (found !== undefined) {
      const { groups, name } = found;
      return { user: { username: name, groups: [...groups, 'system:authenticated'] }, audiences: wanted };
    }
    const bearer = accounts.review(asked, wanted);
    if (bearer === undefined) return undefined;
    const { audiences: matching, ...user } = bearer;
    return { user, audiences: matching };
  };
}
