import type { KubeObject } from '../../api/schema/meta.js';
import type { Container, Pod } from '../../api/schema/pod.js';
import { validatePodResize } from '../kinds/pod-resize.js';
import type { Behaviour } from './behaviour.js';
import type { Resource } from './resource.js';

/** The pods of the `resize` subresource: an update takes the resources of what is sent, and leaves the rest as it is. */
export function resizeKind(kind: Resource['kind']): Resource['kind'] {
  return { ...kind, validateUpdate: (next, before) => validatePodResize(next as Pod, before as Pod) };
}

/** @param pods what updating pods involves anyway */
export function resizeBehaviour(pods: Behaviour): Behaviour {
  return {
    ...pods,
    prepareUpdate: (decoded: KubeObject, before: KubeObject): KubeObject => {
      const pod = before as Pod;
      const sent = (decoded as Pod).spec;
      const { initContainers } = pod.spec;
      const spec = {
        ...pod.spec,
        containers: withResourcesOf(pod.spec.containers, sent.containers),
        ...(initContainers === undefined
          ? {}
          : { initContainers: withResourcesOf(initContainers, sent.initContainers ?? []) }),
      };
      const { resourceVersion } = decoded.metadata;
      const metadata = { ...pod.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
      return Object.assign({ ...pod, metadata }, { spec });
    },
  };
}

const withResourcesOf = (containers: readonly Container[], sent: readonly Container[]): Container[] =>
  containers.map((container) => {
    const wanted = sent.find(({ name }) => name === container.name);
    if (wanted === undefined) return container;
    const { resizePolicy: _, resources: __, ...rest } = container;
    return {
      ...rest,
      ...(wanted.resizePolicy === undefined ? {} : { resizePolicy: wanted.resizePolicy }),
      ...(wanted.resources === undefined ? {} : { resources: wanted.resources }),
    };
  });
