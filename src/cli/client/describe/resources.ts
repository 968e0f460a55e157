import { canonicalQuantity } from '../../../api/quantity-format.js';
import type { ResourceRequirements } from '../../../api/schema/pod.js';
import { sortedEntries, type Description } from './description.js';

/** Limits and requests, those that are set. */
export function describeResources(to: Description, level: number, { limits, requests }: ResourceRequirements): void {
  describeAmounts(to, level, 'Limits', limits);
  describeAmounts(to, level, 'Requests', requests);
}

/** Amounts by name below a heading; nothing when there are none. */
export function describeAmounts(
  to: Description,
  level: number,
  heading: string,
  amounts: Readonly<Record<string, string>> | undefined,
): void {
  const entries = sortedEntries(amounts);
  if (entries.length > 0) to.line(level, `${heading}:`);
  for (const [name, amount] of entries) to.field(level + 1, name, canonicalQuantity(amount));
}
