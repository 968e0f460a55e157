import type { Pod } from '../../api/schema/pod.js';
import type { RegistryAuth } from '../../runtime/runtime.js';
import type { ConfigObjects } from '../core/volumes/config-objects.js';
import { pullSecretEntries } from '../core/images/docker-auths.js';
import { findCredentials } from '../core/images/keyring.js';
import type { UserCredentials } from './user-credentials.js';

export interface PullCredentials {
  /** In the order to try them; none: the registry is asked without. */
  readonly auths: readonly RegistryAuth[];
  /** Names of the pod's pull secrets that are not there. */
  readonly missing: readonly string[];
}

/** Whatever finds credentials for a pod's image. @throws Invalid when a secret of the pod cannot be read */
export type FindPullCredentials = (pod: Pod, image: string, signal: AbortSignal) => Promise<PullCredentials>;

/** The pod's `imagePullSecrets` in their order, then those of the user. Source: kubelet, MakeDockerKeyring. */
export const pullCredentials =
  (config: (namespace: string) => Pick<ConfigObjects, 'secret'>, user: UserCredentials): FindPullCredentials =>
  async (pod, image, signal) => {
    // A reference without a name was always allowed, and means nothing.
    const names = (pod.spec.imagePullSecrets ?? []).map(({ name }) => name ?? '').filter((name) => name !== '');
    const found = names.map((name) => config(pod.metadata.namespace ?? 'default').secret(name));
    const entries = found.flatMap((one) => (one === undefined ? [] : pullSecretEntries(one)));
    return {
      auths: [...findCredentials(entries, image), ...(await user.find(image, signal))],
      missing: names.filter((_name, index) => found[index] === undefined),
    };
  };
