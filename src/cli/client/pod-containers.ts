import type { AnyObject } from './objects.js';

interface Named {
  readonly name: string;
}

/** The parts of a pod that client commands choose by. */
export interface ClientPod extends AnyObject {
  readonly spec: {
    readonly containers: readonly (Named & {
      readonly stdin?: boolean;
      readonly tty?: boolean;
      readonly ports?: readonly {
        readonly name?: string;
        readonly containerPort: number;
        readonly protocol?: string;
      }[];
    })[];
    readonly initContainers?: readonly Named[];
    readonly ephemeralContainers?: readonly Named[];
  };
  readonly status?: { readonly phase?: string };
}

/** The container used where none is named; the first, unless this annotation says another one. */
const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

/**
 * The container of a command that names none, and what to tell the user about it.
 * Source: kubectl pkg/cmd/util/podcmd
 */
export function chooseContainer({ metadata, spec }: ClientPod): { readonly name: string; readonly notice?: string } {
  const all = allContainers(spec);
  const annotated = metadata.annotations?.[DEFAULT_CONTAINER];
  if (annotated !== undefined && all.some(({ name }) => name === annotated)) return { name: annotated };
  const name = spec.containers[0]?.name ?? '';
  if (all.length === 1) return { name };
  return { name, notice: `Defaulted container "${name}" out of: ${all.map(({ text }) => text).join(', ')}` };
}

/** Names in the order of their start: init containers first. */
export const startOrder = ({ spec }: ClientPod): readonly string[] =>
  [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])].map(({ name }) => name);

function allContainers({ containers, ephemeralContainers = [], initContainers = [] }: ClientPod['spec']) {
  const marked = (list: readonly Named[], mark: string) => list.map(({ name }) => ({ name, text: `${name}${mark}` }));
  return [...marked(containers, ''), ...marked(initContainers, ' (init)'), ...marked(ephemeralContainers, ' (ephem)')];
}
