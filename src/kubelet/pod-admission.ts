import { computeQosClass } from '../api/qos.js';
import type { ObjectMeta } from '../api/schema/meta.js';
import type { Pod } from '../api/schema/pod.js';
import { KubeletteError } from '../lib/errors.js';
import { toRfc3339 } from '../lib/time.js';

export interface AdmissionInput {
  readonly nodeName: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** The pod's identity, where the source has one of its own; otherwise the store makes one up. */
  readonly uid?: string;
}

/** What only the API server writes; a manifest copied from a cluster carries it along. */
const SERVER_FIELDS = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
  'managedFields',
] as const satisfies readonly (keyof ObjectMeta)[];

/**
 * A decoded, defaulted and validated pod as it enters the store: on this node, Pending, with nothing of an earlier life.
 *
 * @throws Invalid when it asks for another node: nobody would run it
 * Source: kubernetes pkg/registry/core/pod/strategy.go PrepareForCreate
 */
export function admitPod(pod: Pod, { nodeName, now, uid }: AdmissionInput): Pod {
  const wanted = pod.spec.nodeName;
  if (wanted !== undefined && wanted !== '' && wanted !== nodeName)
    throw new KubeletteError(
      'Invalid',
      `Pod "${pod.metadata.name}" is invalid: spec.nodeName: Invalid value: ${JSON.stringify(wanted)}: ` +
        `this node is ${JSON.stringify(nodeName)}`,
    );
  return {
    ...pod,
    metadata: {
      ...withoutServerFields(pod.metadata),
      namespace: pod.metadata.namespace ?? 'default',
      ...(uid === undefined ? {} : { uid }),
      creationTimestamp: toRfc3339(now),
      generation: 1,
    },
    spec: { ...pod.spec, nodeName },
    status: { phase: 'Pending', qosClass: computeQosClass(pod.spec) },
  };
}

function withoutServerFields(metadata: ObjectMeta): ObjectMeta {
  const names: readonly string[] = SERVER_FIELDS;
  // Fields are only taken away, and `name` is not among them.
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => !names.includes(name))) as ObjectMeta;
}
