import type Docker from 'dockerode';
import { hasCode } from '../lib/errors.js';
import type { PodIdentity } from '../runtime/observed.js';
import type { Engine } from './engine.js';
import { inspectContainer, listContainers } from './inspect.js';
import { LABEL, SANDBOX_CONTAINER_NAME, type Labels, type Role } from './labels.js';
import { findNetwork } from './network.js';
import { removeContainer } from './remove-container.js';

/** Whose it is, as its labels say; empty where they do not. */
interface Owned {
  readonly nodeName: string;
  readonly agentId: string;
  /** `dev.kubelette.owner`: the process it belongs to, of ephemeral agents. */
  readonly owner: string;
}

export interface InventoryContainer extends Owned {
  readonly id: string;
  readonly role: Exclude<Role, 'volume' | 'claim' | 'network'>;
  /** Absent for helpers. */
  readonly pod?: PodIdentity;
  /** `POD` for a sandbox, empty for a helper. */
  readonly container: string;
  /** Process id on the engine's host; 0 unless running. */
  readonly pid: number;
}

interface InventoryVolume extends Owned {
  readonly name: string;
  /** Empty for a claim's. */
  readonly podUid: string;
  /** `namespace/name` of the claim that it belongs to, and outlives pods for. */
  readonly claim?: string;
}

/** Everything kubelette made on an engine, of whatever agent. */
export interface Inventory {
  readonly containers: readonly InventoryContainer[];
  readonly volumes: readonly InventoryVolume[];
  /** Shared by all nodes; there is one at most. */
  readonly networks: readonly { readonly id: string; readonly name: string }[];
}

/** Everything with our labels, of one node name or of all. For commands, which know no agent id. */
export async function listKubeletteObjects(
  engine: Engine,
  options: { readonly nodeName?: string },
  signal: AbortSignal,
): Promise<Inventory> {
  // A label that only we set: without it an object is not ours, whatever its name is.
  const labels = [LABEL.role, options.nodeName === undefined ? LABEL.node : `${LABEL.node}=${options.nodeName}`];
  const [rows, volumes, network] = await Promise.all([
    listContainers(engine, labels, signal),
    engine.call<{ Volumes: readonly Docker.VolumeInspectInfo[] | null }>(
      { method: 'GET', path: '/volumes', query: { filters: { label: labels } } },
      signal,
    ),
    findNetwork(engine, signal),
  ]);
  const containers = await Promise.all(rows.map(async (row) => toInventory(engine, row, signal)));
  return {
    containers: containers.filter((container) => container !== undefined),
    volumes: (volumes.Volumes ?? [])
      .map(({ Name, Labels: own }) => ({
        ...ownedOf(own),
        name: Name,
        podUid: own[LABEL.podUid] ?? '',
        ...(own[LABEL.role] === 'claim' ? { claim: claimOf(own) } : {}),
      }))
      // The engine gives them in another order every time.
      .sort((a, b) => a.name.localeCompare(b.name)),
    networks: network?.Labels?.[LABEL.role] === 'network' ? [{ id: network.Id, name: network.Name }] : [],
  };
}

/**
 * Removes what the inventory lists, by force and without grace: containers before the sandboxes they joined, then
 * volumes, then the network unless somebody is on it. What is gone already is no error.
 */
export async function removeKubeletteObjects(engine: Engine, inventory: Inventory, signal: AbortSignal): Promise<void> {
  const sandboxes = inventory.containers.filter(({ role }) => role === 'sandbox');
  const others = inventory.containers.filter(({ role }) => role !== 'sandbox');
  await Promise.all(others.map(async ({ id }) => removeContainer(engine, id, signal)));
  await Promise.all(sandboxes.map(async ({ id }) => removeContainer(engine, id, signal)));
  for (const { name } of inventory.volumes) await remove(engine, `/volumes/${encodeURIComponent(name)}`, signal);
  for (const { id } of inventory.networks) await remove(engine, `/networks/${id}`, signal);
}

async function remove(engine: Engine, path: string, signal: AbortSignal): Promise<void> {
  try {
    await engine.call({ method: 'DELETE', path }, signal);
  } catch (error) {
    // Gone, or in use by what is not in this inventory: another node's pods, or a container the user made.
    // The engine says 403 for a network with active endpoints.
    if (!['NotFound', 'Conflict', 'Invalid'].some((code) => hasCode(error, code as 'NotFound'))) throw error;
  }
}

async function toInventory(
  engine: Engine,
  row: Docker.ContainerInfo,
  signal: AbortSignal,
): Promise<InventoryContainer | undefined> {
  const role = row.Labels[LABEL.role];
  if (role !== 'sandbox' && role !== 'container' && role !== 'helper') return undefined;
  const uid = row.Labels[LABEL.podUid];
  const inspected = row.State === 'running' ? await inspectContainer(engine, row.Id, signal) : undefined;
  return {
    ...ownedOf(row.Labels),
    id: row.Id,
    role,
    ...(uid === undefined ? {} : { pod: podOf(uid, row.Labels) }),
    container: row.Labels[LABEL.containerName] ?? (role === 'sandbox' ? SANDBOX_CONTAINER_NAME : ''),
    pid: inspected?.State.Pid ?? 0,
  };
}

const podOf = (uid: string, labels: Labels): PodIdentity => ({
  uid,
  namespace: labels[LABEL.podNamespace] ?? '',
  name: labels[LABEL.podName] ?? '',
});

const claimOf = (labels: Labels): string => `${labels[LABEL.claimNamespace] ?? ''}/${labels[LABEL.claimName] ?? ''}`;

const ownedOf = (labels: Labels): Owned => ({
  nodeName: labels[LABEL.node] ?? '',
  agentId: labels[LABEL.agent] ?? '',
  owner: labels[LABEL.owner] ?? '',
});
