import { milliValue } from '../../../api/quantity.js';
import type { Node } from '../../../api/schema/node.js';
import type { Pod } from '../../../api/schema/pod.js';
import type { Description } from './description.js';
import { add, podAmounts } from './pod-amounts.js';

type Amounts = Readonly<Record<string, string>>;

/** Shown without a share of the node. */
const isExtended = (name: string): boolean => !['cpu', 'memory', 'ephemeral-storage', 'pods'].includes(name);

/** What the pods of a node ask for, each and together. Source: kubectl pkg/describe/describe.go, describeNodeResource. */
export function describeNodeUse(to: Description, { status }: Node, pods: readonly Pod[]): void {
  const { allocatable = {}, capacity = {} } = status ?? {};
  const there = Object.keys(allocatable).length > 0 ? allocatable : capacity;
  const used = pods.map((pod) => ({
    pod,
    requests: podAmounts(pod, 'requests'),
    limits: podAmounts(pod, 'limits'),
  }));
  const share = (amounts: Amounts, name: string): string => {
    const amount = amounts[name] ?? '0';
    const whole = milliValue(there[name] ?? '0');
    const percent = whole === 0n ? 0 : Math.trunc((Number(milliValue(amount)) / Number(whole)) * 100);
    return `${amount} (${percent}%)`;
  };

  to.field(0, 'Non-terminated Pods', `(${pods.length} in total)`);
  const rows = used.map(({ limits, pod: { metadata }, requests }) => [
    metadata.namespace,
    metadata.name,
    '',
    share(requests, 'cpu'),
    share(limits, 'cpu'),
    share(requests, 'memory'),
    share(limits, 'memory'),
    to.age(metadata.creationTimestamp),
  ]);
  const heading = ['Namespace', 'Name', '', 'CPU Requests', 'CPU Limits', 'Memory Requests', 'Memory Limits', 'Age'];
  to.table(1, heading, rows);

  const requests = used.reduce<Amounts>((sum, one) => add(sum, one.requests), {});
  const limits = used.reduce<Amounts>((sum, one) => add(sum, one.limits), {});
  const hugePages = Object.keys(there)
    .filter((name) => name.startsWith('hugepages-'))
    .sort();
  const extended = Object.keys(there)
    .filter((name) => isExtended(name) && !name.startsWith('hugepages-'))
    .sort();
  to.line(0, 'Allocated resources:');
  to.line(1, '(Total limits may be over 100 percent, i.e., overcommitted.)');
  to.table(
    1,
    ['Resource', 'Requests', 'Limits'],
    [
      ...['cpu', 'memory', 'ephemeral-storage', ...hugePages].map((name) => [
        name,
        share(requests, name),
        share(limits, name),
      ]),
      ...extended.map((name) => [name, requests[name] ?? '0', limits[name] ?? '0']),
    ],
  );
}
