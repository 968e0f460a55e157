import { milliValue, wholeValue } from './quantity.js';
import type { PodSpec, ResourceRequirements } from './schema/pod.js';

/** Whole amounts by resource name: CPU in thousandths, everything else in units or bytes. */
export type Amounts = ReadonlyMap<string, bigint>;

/**
 * What a pod counts on at its hungriest moment: all main containers and sidecars together, or one init container and the
 * sidecars before it. What the pod asks for as a whole takes the place of that.
 *
 * @param spec defaulted: limits without requests are requests
 * Source: k8s.io/component-helpers/resource/helpers.go PodRequests
 */
export function podRequests(spec: PodSpec): Amounts {
  let running = sum(spec.containers.map(({ resources }) => amountsOf(resources)));
  let sidecars: Amounts = new Map();
  let starting: Amounts = new Map();
  for (const { resources, restartPolicy } of spec.initContainers ?? []) {
    const own = amountsOf(resources);
    if (restartPolicy === 'Always') {
      running = sum([running, own]);
      sidecars = sum([sidecars, own]);
      starting = larger(starting, sidecars);
    } else starting = larger(starting, sum([sidecars, own]));
  }
  const ofContainers = larger(running, starting);
  const asWhole = amountsOf(spec.resources);
  return sum([new Map([...ofContainers, ...asWhole]), amountsOf({ requests: spec.overhead ?? {} })]);
}

/** @throws RangeError when it is not an amount */
export const amountOf = (resource: string, text: string): bigint =>
  resource === 'cpu' ? milliValue(text) : wholeValue(text);

const amountsOf = (resources: ResourceRequirements | undefined): Amounts =>
  new Map(Object.entries(resources?.requests ?? {}).map(([name, text]) => [name, amountOf(name, text)]));

function sum(all: readonly Amounts[]): Amounts {
  const total = new Map<string, bigint>();
  for (const amounts of all) for (const [name, amount] of amounts) total.set(name, (total.get(name) ?? 0n) + amount);
  return total;
}

function larger(a: Amounts, b: Amounts): Amounts {
  const result = new Map(a);
  for (const [name, amount] of b) if (amount > (result.get(name) ?? 0n)) result.set(name, amount);
  return result;
}
