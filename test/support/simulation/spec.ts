import type { Container, Pod } from '../../../src/api/schema/pod.js';

/** The definition of a container of whatever kind. */
export function specOf({ spec }: Pod, name: string): Container | undefined {
  const hasName = (container: { readonly name: string }): boolean => container.name === name;
  return spec.containers.find(hasName) ?? spec.initContainers?.find(hasName) ?? spec.ephemeralContainers?.find(hasName);
}
