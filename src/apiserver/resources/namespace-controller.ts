import { isDeepStrictEqual } from 'node:util';
import type { Namespace } from '../../api/schema/namespace.js';
import { isAbort } from '../../lib/abort.js';
import { toRfc3339 } from '../../lib/time.js';
import { Wake } from '../../lib/wake.js';
import type { Store } from '../../store/store.js';
import { deleteStored, type DeletionPorts } from './delete.js';
import type { Kind } from './kind.js';
import { wakeOnChanges } from './wake-on-changes.js';

export interface NamespaceControllerOptions extends DeletionPorts {
  readonly kinds: readonly Kind[];
}

/** What a cluster has from the start. */
const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];
/** Nothing is lost by waiting for a change; this is for changes that were missed. */
const RESYNC_MS = 30_000;

/**
 * Sees to it that the usual namespaces are there, that each namespace has its `default` ServiceAccount, and that one which
 * is to be deleted is emptied and then goes. Until the signal aborts; the usual ones are there before this returns.
 */
export async function runNamespaceController(options: NamespaceControllerOptions, signal: AbortSignal): Promise<void> {
  const { clock, kinds, store } = options;
  const contents = kinds.filter(({ namespaced, view }) => namespaced && view === undefined);
  const wake = new Wake();
  const watched = ['Namespace', ...contents.map(({ kind }) => kind)];
  const watching = wakeOnChanges(store, watched, wake, signal);
  try {
    while (!signal.aborted) {
      syncNamespaces(options, contents);
      await wake.wait(RESYNC_MS, clock, signal);
    }
  } catch (error) {
    if (!isAbort(error, signal)) throw error;
  } finally {
    await watching;
  }
}

function syncNamespaces(options: NamespaceControllerOptions, contents: readonly Kind[]): void {
  const { store } = options;
  for (const name of NAMESPACES) if (store.get('Namespace', name) === undefined) store.create(newNamespace(name));
  for (const namespace of store.list<Namespace>('Namespace').items) {
    if (namespace.metadata.deletionTimestamp === undefined) ensureAccount(store, namespace.metadata.name);
    else empty(namespace, options, contents);
  }
}

const newNamespace = (name: string): Namespace => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
  spec: { finalizers: ['kubernetes'] },
  status: { phase: 'Active' },
});

function ensureAccount(store: Store, namespace: string): void {
  if (store.get('ServiceAccount', `${namespace}/default`) !== undefined) return;
  store.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } });
}

function empty(namespace: Namespace, options: NamespaceControllerOptions, contents: readonly Kind[]): void {
  const { store } = options;
  const { name, finalizers = [] } = namespace.metadata;
  const left: string[] = [];
  for (const { kind, plural } of contents) {
    const found = store.list(kind, { namespace: name }).items;
    for (const object of found) deleteStored(object, options);
    const { length } = store.list(kind, { namespace: name }).items;
    if (length > 0) left.push(`${plural}. has ${length} resource instances`);
  }
  if (left.length === 0 && finalizers.length === 0) store.remove('Namespace', name);
  else tellRemaining(namespace, left, options);
}

/** What a namespace that does not go is waiting for, where `kubectl describe` shows it. */
function tellRemaining(
  namespace: Namespace,
  left: readonly string[],
  { clock, store }: NamespaceControllerOptions,
): void {
  const said = {
    type: 'NamespaceContentRemaining',
    status: left.length > 0 ? ('True' as const) : ('False' as const),
    reason: left.length > 0 ? 'SomeResourcesRemain' : 'ContentRemoved',
    message: left.length > 0 ? `Some resources are remaining: ${left.join(', ')}` : 'All content successfully removed',
  };
  const before = namespace.status?.conditions?.[0];
  const condition = { ...said, lastTransitionTime: before?.lastTransitionTime ?? toRfc3339(clock.now()) };
  if (isDeepStrictEqual(before, condition)) return;
  store.update<Namespace>({
    ...namespace,
    status: { ...namespace.status, phase: 'Terminating', conditions: [condition] },
  });
}
