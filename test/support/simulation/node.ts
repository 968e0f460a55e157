import type { Container, Pod } from '../../../src/api/schema/pod.js';
import type { NodeRoom } from '../../../src/kubelet/core/node/node-fit.js';
import type { ObservedContainer } from '../../../src/runtime/observed.js';
import { aContainer, aPod } from '../builders.js';

const CAPACITY = { cpu: '2', memory: '1Gi', pods: '110' };

/** Takes what nobody else needs, while it is there. */
const neighbour = aPod({
  containers: [aContainer('big', { resources: { requests: { cpu: '1500m', memory: '512Mi' } } })],
});

export const roomWith = (hasNeighbour: boolean): NodeRoom => ({
  allocatable: CAPACITY,
  others: hasNeighbour ? [neighbour] : [],
});

/** What may be asked for: the last amounts are more than the node has, or than the neighbour leaves of it. */
export const CPU_AMOUNTS = ['50m', '150m', '400m', '900m', '3'] as const;
export const MEMORY_AMOUNTS = ['32Mi', '128Mi', '256Mi', '600Mi', '2Gi'] as const;

const UNITS: Readonly<Record<string, number>> = { m: 0.001, Mi: 2 ** 20, Gi: 2 ** 30 };

/** Of the amounts above. */
export function amount(text: string | undefined): number {
  const [, digits = '0', unit = ''] = /^(\d+)(\D*)$/.exec(text ?? '0') ?? [];
  return Number(digits) * (UNITS[unit] ?? 1);
}

/** What the engine is to hold it to, with a reading of its own: a CPU is 100,000 us of each 100 ms. */
export function limitsOf({ resources }: Container): { readonly cpuQuotaUs?: number; readonly memoryBytes?: number } {
  const { cpu, memory } = resources?.limits ?? {};
  return {
    ...(cpu === undefined ? {} : { cpuQuotaUs: Math.round(amount(cpu) * 100_000) }),
    ...(memory === undefined ? {} : { memoryBytes: amount(memory) }),
  };
}

export const hasLimitsOf = (container: Container, { resources }: Pick<ObservedContainer, 'resources'>): boolean =>
  Object.entries(limitsOf(container)).every(([what, value]) =>
    Object.entries(resources ?? {}).some(([name, is]) => name === what && is === value),
  );

/** Does the node have as much, and is it free? */
export function fits({ spec }: Pod, { others }: NodeRoom): boolean {
  const taken = others.length > 0 ? { cpu: 1.5, memory: 512 * 2 ** 20 } : { cpu: 0, memory: 0 };
  return (['cpu', 'memory'] as const).every((name) => {
    const sum = (list: readonly Container[]): number =>
      list.reduce((total, { resources }) => total + amount(resources?.requests?.[name]), 0);
    const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
    return sum(spec.containers) + sum(sidecars) + taken[name] <= amount(CAPACITY[name]);
  });
}
