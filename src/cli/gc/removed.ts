import type { Inventory, InventoryContainer } from '../../docker/inventory.js';

/** One thing that was on the engine. */
export interface RemovedObject {
  readonly kind: 'container' | 'volume' | 'network';
  /** Id of a container or network, name of a volume. */
  readonly id: string;
  readonly nodeName?: string;
  /** `namespace/name`, where it belonged to a pod. */
  readonly pod?: string;
  /** `namespace/name`, where it belonged to a claim. */
  readonly claim?: string;
  /** Name of the container in its pod. */
  readonly container?: string;
}

/** What is gone between two looks. */
export function computeRemoved(before: Inventory, after: Inventory): readonly RemovedObject[] {
  const left = new Set([
    ...after.containers.map(({ id }) => id),
    ...after.volumes.map(({ name }) => name),
    ...after.networks.map(({ id }) => id),
  ]);
  return allObjects(before).filter(({ id }) => !left.has(id));
}

/** Claims outlive pods and agents: what is in their volumes is not to be had again, so they go only when asked to. */
export const withoutClaims = (inventory: Inventory): Inventory => ({
  ...inventory,
  volumes: inventory.volumes.filter(({ claim }) => claim === undefined),
});

export const keptText = (claims: number): string =>
  claims === 0 ? '' : `kept ${claims} volume${claims === 1 ? '' : 's'} of claims, --claims removes them too\n`;

/** Containers first, pod by pod, then volumes, then networks. */
function allObjects({ containers, volumes, networks }: Inventory): readonly RemovedObject[] {
  const podOfUid = new Map(containers.map(({ pod }) => [pod?.uid ?? '', podName(pod)]));
  return [
    ...containers.map(containerObject).sort((a, b) => ((a.pod ?? '') < (b.pod ?? '') ? -1 : 1)),
    ...volumes.map(({ claim, name, nodeName, podUid }) => {
      const pod = podOfUid.get(podUid);
      const owner = claim === undefined ? (pod === undefined ? {} : { pod }) : { claim };
      return { kind: 'volume' as const, id: name, nodeName, ...owner };
    }),
    ...networks.map(({ id }) => ({ kind: 'network' as const, id })),
  ];
}

function containerObject({ id, nodeName, pod, container }: InventoryContainer): RemovedObject {
  const name = podName(pod);
  return { kind: 'container', id, nodeName, container, ...(name === undefined ? {} : { pod: name }) };
}

const podName = (pod: InventoryContainer['pod']): string | undefined =>
  pod === undefined ? undefined : `${pod.namespace}/${pod.name}`;

/** `container app of pod default/web removed`, one line each, then how many of what. */
export function removedText(removed: readonly RemovedObject[]): string {
  if (removed.length === 0) return 'nothing to remove\n';
  const count = (kind: RemovedObject['kind']): string => {
    const number = removed.filter((object) => object.kind === kind).length;
    return `${number} ${kind}${number === 1 ? '' : 's'}`;
  };
  const lines = removed.map((object) => `${objectText(object)} removed`);
  return [...lines, `removed ${count('container')}, ${count('volume')}, ${count('network')}`, ''].join('\n');
}

function objectText({ kind, id, claim, container, pod, nodeName }: RemovedObject): string {
  const name = container === undefined || container === '' ? id.slice(0, 12) : container;
  const owner = claim !== undefined ? ` of claim ${claim}` : pod === undefined ? '' : ` of pod ${pod}`;
  const node = nodeName === undefined ? '' : ` on node ${nodeName}`;
  return `${kind} ${kind === 'volume' ? id : name}${owner}${node}`;
}
