import { FieldErrors, ROOT } from '../../api/field-error.js';
import type { KubeObject } from '../../api/schema/meta.js';
import type { Pod } from '../../api/schema/pod.js';
import { unsupportedFields } from '../../api/support.js';
import { hasCode } from '../../lib/errors.js';
import { StatusError } from '../http/status-error.js';
import type { Behaviour } from './behaviour.js';
import { invalid } from './invalid.js';
import { manifestOf } from './static-pod.js';

/** What the node does for pods. */
export interface PodPorts {
  readonly nodeName: string;
  /** Begins graceful deletion; 0 removes the object at once. @throws NotFound */
  readonly deletePod: (namespace: string, name: string, graceSeconds?: number) => void;
  /** A defaulted and valid pod as it enters the store. @throws Invalid */
  readonly admitPod: (pod: Pod) => Pod;
  /** A valid change of a pod's spec. @throws Forbidden */
  readonly admitPodUpdate: (next: Pod, before: Pod) => void;
  /** What a creator should know of the node's view of a pod. */
  readonly podWarnings: (pod: Pod) => readonly string[];
}

const POD = { group: '', kind: 'Pod' };

/** Pods run on this node, stop gracefully, and belong to a manifest or to the API. */
export function podBehaviour({ admitPod, admitPodUpdate, deletePod, nodeName, podWarnings }: PodPorts): Behaviour {
  return {
    admitCreate: (object) => {
      const pod = object as Pod;
      checkNode(pod, nodeName);
      try {
        return admitPod(pod);
      } catch (error) {
        if (!hasCode(error, 'Invalid')) throw error;
        throw new StatusError(422, 'Invalid', error.message, { name: pod.metadata.name, kind: 'Pod' });
      }
    },
    warnings: (object) => [
      ...unsupportedFields(object as Pod, nodeName).map(({ message }) => message),
      ...podWarnings(object as Pod),
    ],
    admitUpdate: (next, before) => admitPodUpdate(next as Pod, before as Pod),
    guardUpdate: refuseStatic,
    guardDelete: refuseStatic,
    remove: ({ metadata }, graceSeconds) => deletePod(metadata.namespace ?? '', metadata.name, graceSeconds),
  };
}

/** There is one node here; a pod for another one would never run. */
function checkNode({ metadata, spec }: Pod, nodeName: string): void {
  const wanted = spec.nodeName ?? '';
  if (wanted === '' || wanted === nodeName) return;
  const errors = new FieldErrors();
  errors.invalid(ROOT.child('spec', 'nodeName'), wanted, `this node is ${JSON.stringify(nodeName)}`);
  throw invalid(POD, metadata.name, errors.list);
}

/** What is changed here would be changed back: the manifest says what the pod is like, and whether it is. */
function refuseStatic(stored: KubeObject): void {
  const manifest = manifestOf(stored);
  if (manifest === undefined) return;
  const { name } = stored.metadata;
  throw new StatusError(
    403,
    'Forbidden',
    `pods ${JSON.stringify(name)} is forbidden: it is a static pod; change or remove ${manifest} instead`,
    { name, kind: 'pods' },
  );
}
