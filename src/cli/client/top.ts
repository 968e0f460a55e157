import { addQuantities } from '../../api/quantity-format.js';
import { milliValue, wholeValue } from '../../api/quantity.js';
import { KubeletteError } from '../../lib/errors.js';
import { formatTable } from '../output/table.js';
import { listAll } from './list-all.js';
import type { AnyObject } from './objects.js';
import { selectorQuery, type SelectorFlags } from './selectors.js';
import type { ClientFlags, Session } from './session.js';

export interface TopFlags extends ClientFlags, SelectorFlags {
  readonly allNamespaces?: true;
  readonly containers?: true;
  readonly sum?: true;
  readonly sortBy?: string;
  readonly headers: boolean;
}

type Amounts = Readonly<Record<string, string>>;

/** Of `metrics.k8s.io`. */
interface PodMetrics extends AnyObject {
  readonly containers: readonly { readonly name: string; readonly usage: Amounts }[];
}
interface NodeMetrics extends AnyObject {
  readonly usage: Amounts;
}

/** One line: the names before the amounts, and what is used. */
interface Line {
  readonly names: readonly string[];
  readonly usage: Amounts;
}

const METRICS = '/apis/metrics.k8s.io/v1beta1';
const MEBIBYTE = 1024n * 1024n;

/** `top pod [NAME]`: what pods, or their containers, use. */
export async function topPods(session: Session, name: string | undefined, flags: TopFlags): Promise<void> {
  checkFlags(name, flags);
  const { allNamespaces, containers, headers } = flags;
  const scope = allNamespaces === true ? '' : `/namespaces/${encodeURIComponent(session.namespace)}`;
  const found = await fetchMetrics<PodMetrics>(session, `${METRICS}${scope}/pods`, name, flags);
  if (found.length === 0) {
    const where = allNamespaces === true ? '' : ` in ${session.namespace} namespace.`;
    session.terminal.err.write(`No resources found${where}\n`);
    return;
  }
  const linesOf = ({ containers: parts, metadata }: PodMetrics): readonly Line[] => {
    const before = [...(allNamespaces === true ? [metadata.namespace ?? ''] : []), metadata.name];
    if (containers !== true) return [{ names: before, usage: sumOf(parts.map(({ usage }) => usage)) }];
    return sortLines(
      parts.map((part) => ({ names: [...before, part.name], usage: part.usage })),
      flags.sortBy,
    );
  };
  // Pods are sorted by all their containers together.
  const pods = found.map((pod) => ({
    names: [allNamespaces === true ? (pod.metadata.namespace ?? '') : '', pod.metadata.name],
    usage: sumOf(pod.containers.map(({ usage }) => usage)),
    lines: linesOf(pod),
  }));
  const lines = sortLines(pods, flags.sortBy).flatMap((pod) => pod.lines);
  const heading = [
    ...(allNamespaces === true ? ['NAMESPACE'] : []),
    ...(containers === true ? ['POD'] : []),
    ...['NAME', 'CPU(cores)', 'MEMORY(bytes)'],
  ];
  const rows = lines.map(({ names, usage }) => [...names, cpuText(usage), memoryText(usage)]);
  if (flags.sum === true) {
    const before = heading.slice(0, -2).map(() => '');
    const total = sumOf(lines.map(({ usage }) => usage));
    rows.push([...before, '________', '________'], [...before, cpuText(total), memoryText(total)]);
  }
  print(session, headers ? [heading, ...rows] : rows);
}

/** `top node [NAME]`: what nodes use, and which part of what they have. */
export async function topNodes(session: Session, name: string | undefined, flags: TopFlags): Promise<void> {
  checkFlags(name, flags);
  const [found, nodes] = await Promise.all([
    fetchMetrics<NodeMetrics>(session, `${METRICS}/nodes`, name, flags),
    listAll<AnyObject & { readonly status?: { readonly allocatable?: Amounts } }>(session, '/api/v1/nodes', {}),
  ]);
  const lines = sortLines(
    found.map(({ metadata, usage }) => ({ names: [metadata.name], usage })),
    flags.sortBy,
  );
  const rows = lines.map(({ names, usage }) => {
    const has = nodes.find(({ metadata }) => metadata.name === names[0])?.status?.allocatable ?? {};
    return [...names, cpuText(usage), percent(usage, has, 'cpu'), memoryText(usage), percent(usage, has, 'memory')];
  });
  if (rows.length === 0) return;
  const heading = ['NAME', 'CPU(cores)', 'CPU(%)', 'MEMORY(bytes)', 'MEMORY(%)'];
  print(session, flags.headers ? [heading, ...rows] : rows);
}

function checkFlags(name: string | undefined, { fieldSelector, selector, sortBy }: TopFlags): void {
  if (sortBy !== undefined && sortBy !== 'cpu' && sortBy !== 'memory')
    throw new KubeletteError('Invalid', '--sort-by accepts only cpu or memory');
  if (name !== undefined && (selector !== undefined || fieldSelector !== undefined))
    throw new KubeletteError('Invalid', 'only one of NAME or selector can be provided');
}

async function fetchMetrics<T>(session: Session, path: string, name: string | undefined, flags: TopFlags) {
  if (name === undefined) return listAll<T>(session, path, selectorQuery(flags));
  return [await session.client.json<T>({ path: `${path}/${encodeURIComponent(name)}` }, session.signal)];
}

function sumOf(parts: readonly Amounts[]): Amounts {
  const sum = (name: string): string => addQuantities(parts.map((usage) => usage[name] ?? '0'));
  return { cpu: sum('cpu'), memory: sum('memory') };
}

/** By what is used, most first, else by name. */
function sortLines<T extends Line>(lines: readonly T[], sortBy: string | undefined): T[] {
  const used = ({ usage }: Line): bigint => milliValue(usage[sortBy ?? ''] ?? '0');
  const key = ({ names }: Line): string => names.join('\0');
  return [...lines].sort((a, b) => {
    if (used(a) !== used(b)) return used(a) > used(b) ? -1 : 1;
    return key(a) < key(b) ? -1 : 1;
  });
}

const cpuText = ({ cpu = '0' }: Amounts): string => `${milliValue(cpu)}m`;
const memoryText = ({ memory = '0' }: Amounts): string => `${wholeValue(memory) / MEBIBYTE}Mi`;

function percent(usage: Amounts, has: Amounts, name: string): string {
  const whole = milliValue(has[name] ?? '0');
  if (whole === 0n) return '0%';
  return `${Math.trunc((Number(milliValue(usage[name] ?? '0')) / Number(whole)) * 100)}%`;
}

/** Also the last column is filled up, as by kubectl. */
const print = ({ terminal }: Session, rows: readonly (readonly string[])[]): void =>
  void terminal.out.write(formatTable(rows.map((row) => [...row, ''])));
