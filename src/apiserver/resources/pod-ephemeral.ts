import type { KubeObject } from '../../api/schema/meta.js';
import type { Pod } from '../../api/schema/pod.js';
import { unsupportedFields } from '../../api/support.js';
import { validateEphemeralContainers } from '../kinds/ephemeral-containers.js';
import type { Behaviour } from './behaviour.js';
import type { Resource } from './resource.js';

/**
 * The pods of the `ephemeralcontainers` subresource: an update takes the ephemeral containers of what is sent, and leaves
 * the rest of the pod as it is.
 */
export function ephemeralContainersKind(kind: Resource['kind']): Resource['kind'] {
  return {
    ...kind,
    validateUpdate: (next, before) => validateEphemeralContainers(next as Pod, before as Pod),
  };
}

/** @param pods what updating pods involves anyway */
export function ephemeralContainersBehaviour(pods: Behaviour): Behaviour {
  return {
    ...pods,
    prepareUpdate: (decoded: KubeObject, before: KubeObject): KubeObject => {
      const { ephemeralContainers } = (decoded as Pod).spec;
      const pod = before as Pod;
      const spec = { ...pod.spec, ...(ephemeralContainers === undefined ? {} : { ephemeralContainers }) };
      const { resourceVersion } = decoded.metadata;
      const metadata = { ...pod.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
      return Object.assign({ ...pod, metadata }, { spec });
    },
    updateWarnings: (object: KubeObject): readonly string[] =>
      unsupportedFields(object as Pod)
        .filter(({ segments }) => segments[1] === 'ephemeralContainers')
        .map(({ message }) => message),
  };
}
