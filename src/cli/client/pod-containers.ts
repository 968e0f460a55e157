import { KubeletteError } from '../../lib/errors.js';
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
 * The container a command is about, and what to tell the user when it was chosen for them.
 * @throws KubeletteError `NotFound` for a name the pod has not
 * Source: kubectl pkg/cmd/util/podcmd
 */
export function chooseContainer(
  { metadata, spec }: ClientPod,
  wanted: string | undefined,
): { readonly name: string; readonly notice?: string } {
  const all = allContainers(spec);
  if (wanted !== undefined) {
    if (all.some(({ name }) => name === wanted)) return { name: wanted };
    throw new KubeletteError('NotFound', `container ${wanted} not found in pod ${metadata.name}`);
  }
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
