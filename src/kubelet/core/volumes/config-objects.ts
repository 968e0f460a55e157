import type { ConfigMap, Secret } from '../../../api/schema/config.js';
import type { Pod } from '../../../api/schema/pod.js';

/** The ConfigMaps and Secrets of the pod's namespace, as they are now. */
export interface ConfigObjects {
  configMap(name: string): ConfigMap | undefined;
  secret(name: string): Secret | undefined;
}

export interface ConfigReference {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
}

/** Everything the pod's containers and volumes read, optional or not: when one of these changes, the pod may have to. */
export function configReferences({ spec }: Pod): ConfigReference[] {
  const found: ConfigReference[] = [];
  const add = (kind: ConfigReference['kind'], name: string | undefined): void => {
    if (name !== undefined && name !== '') found.push({ kind, name });
  };
  const containers = [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])];
  for (const { env = [], envFrom = [] } of containers) {
    for (const { configMapRef, secretRef } of envFrom) {
      add('ConfigMap', configMapRef?.name);
      add('Secret', secretRef?.name);
    }
    for (const { valueFrom } of env) {
      add('ConfigMap', valueFrom?.configMapKeyRef?.name);
      add('Secret', valueFrom?.secretKeyRef?.name);
    }
  }
  for (const { configMap, projected, secret } of spec.volumes ?? []) {
    add('ConfigMap', configMap?.name);
    add('Secret', secret?.secretName);
    for (const source of projected?.sources ?? []) {
      add('ConfigMap', source.configMap?.name);
      add('Secret', source.secret?.name);
    }
  }
  return found;
}
