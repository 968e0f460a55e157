import type { Engine } from './engine.js';
import { runHelper } from './helper.js';

/** Kinds in the order they are shown. */
export const NAMESPACE_KINDS = ['net', 'ipc', 'uts', 'pid', 'mnt', 'user', 'cgroup'] as const;
export type NamespaceKind = (typeof NAMESPACE_KINDS)[number];

/** Inode numbers as the kernel writes them, `4026531992`; absent where it could not be read. */
export type Namespaces = Readonly<Partial<Record<NamespaceKind, string>>>;

/**
 * The namespaces of processes on the engine's host, read there by a short-lived container of the sandbox image. For
 * engines whose `/proc` is not ours.
 *
 * @param pids on the engine's host, as observations have them
 * @returns by pid; a process that ended meanwhile has no namespaces
 */
export async function readNamespaces(
  engine: Engine,
  pids: readonly number[],
  nodeName: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, Namespaces>> {
  const command = {
    args: ['namespaces', ...pids.map(String)],
    hostConfig: { PidMode: 'host', CapAdd: ['SYS_PTRACE'] },
  };
  return parseNamespaces(await runHelper(engine, { nodeName, agentId: '' }, command, signal));
}

/** Lines `4711 net:[4026532281] ipc:[…] …`; a kind that could not be read is `net:error-13`. Pure. */
export function parseNamespaces(lines: readonly string[]): ReadonlyMap<number, Namespaces> {
  return new Map(
    lines.map((line) => {
      const [pid = '', ...words] = line.trim().split(/\s+/);
      const known = words.flatMap((word) => {
        const [, kind, inode] = /^(\w+):\[(\d+)\]$/.exec(word) ?? [];
        return kind !== undefined && inode !== undefined && isKind(kind) ? [[kind, inode] as const] : [];
      });
      return [Number(pid), Object.fromEntries(known)] as const;
    }),
  );
}

const isKind = (text: string): text is NamespaceKind => (NAMESPACE_KINDS as readonly string[]).includes(text);
