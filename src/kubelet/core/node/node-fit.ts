import { amountOf, podRequests } from '../../../api/pod-requests.js';
import type { Pod } from '../../../api/schema/pod.js';

/** What a node has, and who is on it. */
export interface NodeRoom {
  /** Amounts by resource; one that is not named is not there, but for storage, which is then not counted. */
  readonly allocatable: Readonly<Record<string, string>>;
  /** Pods that hold their part of it. */
  readonly others: readonly Pod[];
}

/** Something of which there is too little. */
export interface Shortage {
  readonly resource: string;
  readonly requested: bigint;
  readonly used: bigint;
  readonly capacity: bigint;
}

const FIRST = ['pods', 'cpu', 'memory', 'ephemeral-storage'];

/** What is missing for the pod, in the order in which it is told. Source: kube-scheduler noderesources fitsRequest */
export function shortages(pod: Pod, { allocatable, others }: NodeRoom): Shortage[] {
  const wanted = new Map([['pods', 1n], ...podRequests(pod.spec)]);
  const taken = others.map(({ spec }) => podRequests(spec));
  const names = [...FIRST, ...[...wanted.keys()].filter((name) => !FIRST.includes(name)).sort()];
  return names.flatMap((resource) => {
    const requested = wanted.get(resource) ?? 0n;
    const text = allocatable[resource];
    // How much disk there is cannot always be told.
    if (requested === 0n || (text === undefined && FIRST.includes(resource))) return [];
    const capacity = text === undefined ? 0n : amountOf(resource, text);
    const used =
      resource === 'pods'
        ? BigInt(others.length)
        : taken.reduce((total, amounts) => total + (amounts.get(resource) ?? 0n), 0n);
    return requested + used > capacity ? [{ resource, requested, used, capacity }] : [];
  });
}

/** Another pod has one of its host ports. Source: kube-scheduler nodeports */
export function hasPortConflict(pod: Pod, others: readonly Pod[]): boolean {
  const taken = others.flatMap(hostPorts);
  return hostPorts(pod).some((wanted) =>
    taken.some(
      (port) =>
        port.number === wanted.number &&
        port.protocol === wanted.protocol &&
        (port.ip === wanted.ip || port.ip === EVERY_ADDRESS || wanted.ip === EVERY_ADDRESS),
    ),
  );
}

const EVERY_ADDRESS = '0.0.0.0';

interface HostPort {
  readonly ip: string;
  readonly number: number;
  readonly protocol: string;
}

function hostPorts({ spec }: Pod): HostPort[] {
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...sidecars, ...spec.containers].flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostIP = '', hostPort = 0, protocol = 'TCP' }) =>
      hostPort === 0 ? [] : [{ ip: hostIP === '' ? EVERY_ADDRESS : hostIP, number: hostPort, protocol }],
    ),
  );
}
