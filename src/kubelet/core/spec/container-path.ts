import type { ContainerKind } from '../../../runtime/observed.js';

/** How events name a container of a pod. */
export const fieldPath = (kind: ContainerKind, name: string): string => `spec.${LISTS[kind]}{${name}}`;

const LISTS: Readonly<Record<ContainerKind, string>> = {
  init: 'initContainers',
  sidecar: 'initContainers',
  app: 'containers',
  ephemeral: 'ephemeralContainers',
};
