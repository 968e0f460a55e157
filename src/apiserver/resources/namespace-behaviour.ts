import type { PodSecurityLevel } from '../../api/pod-security/evaluate.js';
import { existingPodWarnings, isTightened } from '../../api/pod-security/existing-pods.js';
import { podSecurityPolicy } from '../../api/pod-security/namespace-policy.js';
import type { Namespace } from '../../api/schema/namespace.js';
import type { Pod } from '../../api/schema/pod.js';
import type { Clock } from '../../lib/clock.js';
import { toRfc3339 } from '../../lib/time.js';
import type { Store } from '../../store/store.js';
import { StatusError } from '../http/status-error.js';
import type { Behaviour } from './behaviour.js';

/** Source: kubernetes plugin namespace/lifecycle, immortalNamespaces */
const IMMORTAL: readonly string[] = ['default', 'kube-system', 'kube-public'];

export interface NamespacePorts {
  readonly store: Store;
  readonly clock: Clock;
  /** What pods may do in a namespace whose labels say nothing about it. */
  readonly podSecurity: PodSecurityLevel;
}

/** A namespace goes when its content has gone, which `runNamespaceController` sees to. */
export function namespaceBehaviour({ clock, podSecurity, store }: NamespacePorts): Behaviour {
  return {
    updateWarnings: ({ metadata }, before) => {
      const next = podSecurityPolicy(metadata.labels, podSecurity).enforce;
      const old = podSecurityPolicy(before.metadata.labels, podSecurity).enforce;
      const pods = store.list<Pod>('Pod', { namespace: metadata.name }).items;
      return isTightened(next, old) ? existingPodWarnings(metadata.name, pods, next) : [];
    },
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
