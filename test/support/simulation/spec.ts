import type { Container, Pod } from '../../../src/api/schema/pod.js';

/** The definition of a container of whatever kind. */
export const specOf = ({ spec }: Pod, name: string): Container | undefined =>
  [...spec.containers, ...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])].find(
    (container) => container.name === name,
  );
