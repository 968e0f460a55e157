import type { Pod } from '../../../api/schema/pod.js';
import type { PodIdentity } from '../../../runtime/observed.js';

/** Identity of a stored pod. The store fills uid and namespace on admission. */
export const podIdentity = (pod: Pod): PodIdentity => ({
  uid: pod.metadata.uid ?? '',
  namespace: pod.metadata.namespace ?? 'default',
  name: pod.metadata.name,
});
