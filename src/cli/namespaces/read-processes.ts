import { readFile, readlink } from 'node:fs/promises';
import type { Engine } from '../../docker/engine.js';
import type { InventoryContainer } from '../../docker/inventory.js';
import { NAMESPACE_KINDS, readNamespaces, type NamespaceKind } from '../../docker/namespaces.js';
import type { ContainerProcess } from './namespace-report.js';

/**
 * The namespaces of running containers: from /proc where the engine's processes are processes of this machine and may
 * be looked at, else from where the engine is.
 */
export async function readProcesses(
  engine: Engine,
  containers: readonly InventoryContainer[],
  signal: AbortSignal,
): Promise<readonly ContainerProcess[]> {
  const local = await Promise.all(containers.map(readLocally));
  if (local.every((process) => process !== undefined)) return local;
  const nodeName = containers[0]?.nodeName ?? '';
  const pids = containers.map(({ pid }) => pid);
  const namespaces = await readNamespaces(engine, pids, nodeName, signal);
  return containers.map(({ container, pid }) => ({ container, pid, namespaces: namespaces.get(pid) ?? {} }));
}

/** Undefined when this machine's process of that number is none of this container's, or not ours to look at. */
async function readLocally({ id, container, pid }: InventoryContainer): Promise<ContainerProcess | undefined> {
  try {
    // Engines name the container's cgroup after it.
    if (!(await readFile(`/proc/${pid}/cgroup`, 'utf8')).includes(id)) return undefined;
    const namespaces = await Promise.all(NAMESPACE_KINDS.map(async (kind) => readInode(pid, kind)));
    return { container, pid, namespaces: Object.fromEntries(namespaces) };
  } catch {
    return undefined;
  }
}

async function readInode(pid: number, kind: NamespaceKind): Promise<readonly [NamespaceKind, string]> {
  const link = await readlink(`/proc/${pid}/ns/${kind}`);
  return [kind, /\[(\d+)\]/.exec(link)?.[1] ?? link];
}
