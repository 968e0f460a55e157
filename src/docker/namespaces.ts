import { KubeletteError } from '../lib/errors.js';
import type { Engine } from './engine.js';
import { ownedLabels } from './labels.js';
import { loadSandboxImage } from './load-sandbox-image.js';
import { logs } from './logs.js';
import { removeContainer } from './remove-container.js';
import { missingPart } from './run-sandbox.js';
import { sandboxImage } from './sandbox-image.js';
import { startContainer } from './start-container.js';

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
  const id = await createHelper(engine, pids, nodeName, signal);
  try {
    await startContainer(engine, id, signal);
    const lines: string[] = [];
    for await (const { stream, line } of logs(engine, id, { follow: true }, signal)) {
      if (stream === 'stderr') throw new KubeletteError('Internal', `read namespaces: ${line.toString()}`);
      lines.push(line.toString());
    }
    return parseNamespaces(lines);
  } finally {
    await removeContainer(engine, id, signal);
  }
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

async function createHelper(
  engine: Engine,
  pids: readonly number[],
  nodeName: string,
  signal: AbortSignal,
): Promise<string> {
  const image = sandboxImage(engine.facts.architecture);
  const create = async (): Promise<{ Id: string }> =>
    engine.call(
      {
        method: 'POST',
        path: '/containers/create',
        body: {
          Image: image.reference,
          Cmd: ['namespaces', ...pids.map(String)],
          Labels: ownedLabels('helper', { nodeName, agentId: '' }),
          HostConfig: { NetworkMode: 'none', PidMode: 'host', CapAdd: ['SYS_PTRACE'], ReadonlyRootfs: true },
        },
      },
      signal,
    );
  try {
    return (await create()).Id;
  } catch (error) {
    if (missingPart(error) !== 'image') throw error;
    await loadSandboxImage(engine, image, signal);
    return (await create()).Id;
  }
}
