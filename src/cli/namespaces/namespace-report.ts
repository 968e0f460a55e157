import { SANDBOX_CONTAINER_NAME } from '../../docker/labels.js';
import { NAMESPACE_KINDS, type NamespaceKind, type Namespaces } from '../../docker/namespaces.js';

/** A running container of the pod, the sandbox among them. */
export interface ContainerProcess {
  /** `POD` for the sandbox. */
  readonly container: string;
  readonly pid: number;
  readonly namespaces: Namespaces;
}

interface NamespaceFact {
  /** As the kernel writes it; absent where it could not be read. */
  readonly inode?: string;
  /** Is it the sandbox's? Absent for the sandbox itself and where it could not be read. */
  readonly shared?: boolean;
}

/** What `kubelette namespaces` says, in the order of its table. */
export interface NamespaceReport {
  readonly pod: string;
  readonly node: string;
  readonly containers: readonly {
    readonly name: string;
    readonly pid: number;
    readonly namespaces: Readonly<Record<NamespaceKind, NamespaceFact>>;
  }[];
  /** For all containers of the pod together. */
  readonly verdicts: Readonly<Record<NamespaceKind, Verdict>>;
  readonly summary: string;
}

/** `shared`: every container has the sandbox's. `mixed`: some do. `unknown`: there is nothing to compare. */
type Verdict = 'shared' | 'private' | 'mixed' | 'unknown';

/**
 * Compares the namespaces of a pod's containers with those of its sandbox.
 * @param pod `namespace/name`
 */
export function computeNamespaceReport(
  pod: string,
  node: string,
  processes: readonly ContainerProcess[],
): NamespaceReport {
  const sandbox = processes.find(({ container }) => container === SANDBOX_CONTAINER_NAME);
  const others = processes
    .filter((process) => process !== sandbox)
    .sort((a, b) => (a.container < b.container ? -1 : 1));
  const containers = [...(sandbox === undefined ? [] : [sandbox]), ...others].map((process) => ({
    name: process.container,
    pid: process.pid,
    namespaces: byKind((kind) => computeFact(process, sandbox, kind)),
  }));
  const verdicts = byKind((kind) =>
    computeVerdict(
      containers.map(({ namespaces }) => namespaces[kind].shared).filter((shared) => shared !== undefined),
    ),
  );
  return { pod, node, containers, verdicts, summary: summarize(pod, others.length, verdicts) };
}

function computeFact(
  process: ContainerProcess,
  sandbox: ContainerProcess | undefined,
  kind: NamespaceKind,
): NamespaceFact {
  const inode = process.namespaces[kind];
  if (inode === undefined) return {};
  const reference = process === sandbox ? undefined : sandbox?.namespaces[kind];
  return reference === undefined ? { inode } : { inode, shared: inode === reference };
}

function computeVerdict(shared: readonly boolean[]): Verdict {
  if (shared.length === 0) return 'unknown';
  if (shared.every(Boolean)) return 'shared';
  return shared.some(Boolean) ? 'mixed' : 'private';
}

function summarize(pod: string, count: number, verdicts: NamespaceReport['verdicts']): string {
  if (count === 0) return `Pod ${pod} has no running container.`;
  const kinds = (verdict: Verdict): readonly string[] => NAMESPACE_KINDS.filter((kind) => verdicts[kind] === verdict);
  const [shared, own, mixed] = [kinds('shared'), kinds('private'), kinds('mixed')];
  const subject = count === 1 ? `The container of pod ${pod} shares` : `The ${count} containers of pod ${pod} share`;
  const parts = [`${subject} ${listOf(shared) || 'nothing'} with the sandbox`];
  if (own.length > 0) parts.push(`${areOf(own)} ${count === 1 ? 'its own' : 'private to each'}`);
  if (mixed.length > 0) parts.push(`${areOf(mixed)} shared by some`);
  return `${parts.join('; ')}.`;
}

const areOf = (words: readonly string[]): string => `${listOf(words)} ${words.length === 1 ? 'is' : 'are'}`;

/** `a`, `a and b`, `a, b and c`. */
const listOf = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;

const byKind = <T>(of: (kind: NamespaceKind) => T): Record<NamespaceKind, T> => ({
  net: of('net'),
  ipc: of('ipc'),
  uts: of('uts'),
  pid: of('pid'),
  mnt: of('mnt'),
  user: of('user'),
  cgroup: of('cgroup'),
});
