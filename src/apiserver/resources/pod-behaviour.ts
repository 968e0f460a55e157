import { FieldErrors, ROOT } from '../../api/field-error.js';
import type { KubeObject } from '../../api/schema/meta.js';
import type { Pod } from '../../api/schema/pod.js';
import { unsupportedFields } from '../../api/support.js';
import { hasCode } from '../../lib/errors.js';
import { StatusError } from '../http/status-error.js';
import type { Behaviour } from './behaviour.js';
import { invalid } from './invalid.js';

/** Where a pod comes from, and the file or URL it was read from; set on pods that did not come by way of the API. */
const CONFIG_SOURCE = 'kubernetes.io/config.source';
const MANIFEST = 'kubelette.dev/manifest';

/** What the node does for pods. */
export interface PodPorts {
  readonly nodeName: string;
  /** Begins graceful deletion; 0 removes the object at once. @throws NotFound */
  readonly deletePod: (namespace: string, name: string, graceSeconds?: number) => void;
  /** A defaulted and valid pod as it enters the store. @throws Invalid */
  readonly admitPod: (pod: Pod) => Pod;
}

const POD = { group: '', kind: 'Pod' };

/** Pods run on this node, stop gracefully, and belong to a manifest or to the API. */
export function podBehaviour({ admitPod, deletePod, nodeName }: PodPorts): Behaviour {
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
    warnings: (object) => unsupportedFields(object as Pod, nodeName).map(({ message }) => message),
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
function refuseStatic({ metadata }: KubeObject): void {
  const source = metadata.annotations?.[CONFIG_SOURCE] ?? 'api';
  if (source === 'api') return;
  const place = metadata.annotations?.[MANIFEST] ?? `a manifest (${source})`;
  throw new StatusError(
    403,
    'Forbidden',
    `pods ${JSON.stringify(metadata.name)} is forbidden: it is a static pod; change or remove ${place} instead`,
    { name: metadata.name, kind: 'pods' },
  );
}
