import { addQuantities } from '../../../api/quantity-format.js';
import { compareQuantities } from '../../../api/quantity.js';
import type { Pod } from '../../../api/schema/pod.js';

type Amounts = Readonly<Record<string, string>>;
type Which = 'limits' | 'requests';

/**
 * What a whole pod asks for, or may have: its containers and sidecars together, or what one of its init containers needs
 * with the sidecars before it, whichever is more; then the pod's own amounts, and its overhead.
 * Source: component-helpers resource/helpers.go, PodRequests and PodLimits
 */
export function podAmounts({ spec }: Pod, which: Which): Amounts {
  const amountsOf = (one: { readonly resources?: { readonly [key in Which]?: Amounts | undefined } | undefined }) =>
    one.resources?.[which] ?? {};
  let sidecars: Amounts = {};
  let most: Amounts = {};
  for (const container of spec.initContainers ?? []) {
    const needed = add(sidecars, amountsOf(container));
    most = larger(most, needed);
    if (container.restartPolicy === 'Always') sidecars = needed;
  }
  const together = larger(
    spec.containers.reduce<Amounts>((sum, one) => add(sum, amountsOf(one)), sidecars),
    most,
  );
  const pod = { ...together, ...amountsOf(spec) };
  const { overhead = {} } = spec;
  if (which === 'requests') return add(pod, overhead);
  // Overhead never makes a limit where there is none.
  return add(pod, Object.fromEntries(Object.entries(overhead).filter(([name]) => name in pod)));
}

export function add(a: Amounts, b: Amounts): Amounts {
  const sum: Record<string, string> = { ...a };
  for (const [name, amount] of Object.entries(b)) sum[name] = addQuantities([sum[name] ?? '0', amount]);
  return sum;
}

function larger(a: Amounts, b: Amounts): Amounts {
  const result: Record<string, string> = { ...a };
  for (const [name, amount] of Object.entries(b))
    if (compareQuantities(amount, result[name] ?? '0') >= 0) result[name] = amount;
  return result;
}
