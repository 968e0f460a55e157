import type { Namespace } from '../../api/schema/namespace.js';
import type { Clock } from '../../lib/clock.js';
import { toRfc3339 } from '../../lib/time.js';
import type { Store } from '../../store/store.js';
import { StatusError } from '../http/status-error.js';
import type { Behaviour } from './behaviour.js';

/** Source: kubernetes plugin namespace/lifecycle, immortalNamespaces */
const IMMORTAL: readonly string[] = ['default', 'kube-system', 'kube-public'];

/** A namespace goes when its content has gone, which `runNamespaceController` sees to. */
export function namespaceBehaviour({ store, clock }: { readonly store: Store; readonly clock: Clock }): Behaviour {
  return {
    guardDelete: ({ metadata: { name } }) => {
      if (!IMMORTAL.includes(name)) return;
      throw new StatusError(
        403,
        'Forbidden',
        `namespaces ${JSON.stringify(name)} is forbidden: this namespace may not be deleted`,
        { name, kind: 'namespaces' },
      );
    },
    remove: (stored) => {
      const namespace = stored as Namespace;
      if (namespace.metadata.deletionTimestamp !== undefined) return;
      store.update<Namespace>({
        ...namespace,
        metadata: { ...namespace.metadata, deletionTimestamp: toRfc3339(clock.now()) },
        status: { ...namespace.status, phase: 'Terminating' },
      });
    },
  };
}
