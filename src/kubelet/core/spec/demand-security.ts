import type { Pod } from '../../../api/schema/pod.js';
import { KubeletteError } from '../../../lib/errors.js';
import type { EngineInfo } from '../../../runtime/runtime.js';

/**
 * What a pod asks for its protection and this engine does not have: to run without would be to pretend.
 *
 * @throws KubeletteError `Unsupported`
 */
export function demandSecurity(pod: Pod, { userNamespaces = false }: EngineInfo): void {
  if (pod.spec.hostUsers === false && !userNamespaces) {
    throw new KubeletteError(
      'Unsupported',
      'spec.hostUsers is false, and this Docker engine gives containers no user namespace (it needs userns-remap or rootless)',
    );
  }
}
