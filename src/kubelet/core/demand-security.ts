import type { Pod } from '../../api/schema/pod.js';
import { KubeletteError } from '../../lib/errors.js';
import type { EngineInfo } from '../../runtime/runtime.js';
import { needsAppArmor } from './security.js';

/**
 * What a pod asks for its protection and this engine does not have: to run without would be to pretend.
 *
 * @throws KubeletteError `Unsupported`
 */
export function demandSecurity(pod: Pod, { appArmor = false, userNamespaces = false }: EngineInfo): void {
  if (pod.spec.hostUsers === false && !userNamespaces) {
    throw new KubeletteError(
      'Unsupported',
      'spec.hostUsers is false, and this Docker engine gives containers no user namespace (it needs userns-remap or rootless)',
    );
  }
  // Source: kubelet pkg/kubelet/lifecycle/handlers.go appArmorAdmitHandler, pkg/security/apparmor
  if (needsAppArmor(pod) && !appArmor)
    throw new KubeletteError('Unsupported', 'Cannot enforce AppArmor: AppArmor is not enabled on the host');
}
