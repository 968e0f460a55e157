import type { ConfigMap, Secret } from '../api/schema/config.js';
import type { Pod } from '../api/schema/pod.js';
import type { Store } from '../store/store.js';
import { configReferences, type ConfigObjects, type ConfigReference } from './core/volumes/config-objects.js';

/** The ConfigMaps and Secrets of one namespace, read from the store at each call. */
export const storedConfig = (store: Store, namespace: string): ConfigObjects => ({
  configMap: (name) => store.get<ConfigMap>('ConfigMap', `${namespace}/${name}`),
  secret: (name) => store.get<Secret>('Secret', `${namespace}/${name}`),
});

/** Calls `onChange` with every pod that refers to a ConfigMap or Secret that came, changed or went. Until abort. */
export async function followConfig(store: Store, onChange: (pod: Pod) => void, signal: AbortSignal): Promise<void> {
  await Promise.all((['ConfigMap', 'Secret'] as const).map((kind) => followKind(store, kind, onChange, signal)));
}

async function followKind(
  store: Store,
  kind: ConfigReference['kind'],
  onChange: (pod: Pod) => void,
  signal: AbortSignal,
): Promise<void> {
  const { resourceVersion } = store.list(kind);
  for await (const { object } of store.watch<ConfigMap | Secret>(kind, resourceVersion, signal)) {
    const { name, namespace = 'default' } = object.metadata;
    for (const pod of store.list<Pod>('Pod', { namespace }).items) {
      if (configReferences(pod).some((reference) => reference.kind === kind && reference.name === name)) onChange(pod);
    }
  }
}
