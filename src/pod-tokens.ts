import type { ServiceAccountTokens } from './apiserver/auth/service-account-tokens.js';
import type { IssueToken } from './kubelet/volumes/token-manager.js';
import type { Store } from './store/store.js';

/**
 * Tokens for the volumes of pods. The API gives every namespace its `default` account; an agent that does not serve it makes
 * one when a pod asks for its token.
 */
export const podTokens =
  (store: Store, tokens: ServiceAccountTokens): IssueToken =>
  (pod, request) => {
    const { namespace = 'default' } = pod.metadata;
    const { serviceAccountName: name = '' } = pod.spec;
    const isDefault = name === '' || name === 'default';
    if (isDefault && store.get('ServiceAccount', `${namespace}/default`) === undefined) {
      store.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } });
    }
    return tokens.issueForPod(pod, request);
  };
