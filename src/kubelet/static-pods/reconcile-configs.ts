import { isDeepStrictEqual } from 'node:util';
import { describeConfig, type ConfigObject } from '../../api/config-object.js';
import { CONFIG_SOURCE, type Snapshot } from './pod-source.js';
import { mayBeWanted } from './reconcile-source.js';

export interface ConfigChanges {
  readonly create: readonly ConfigObject[];
  readonly update: readonly ConfigObject[];
  readonly remove: readonly ConfigObject[];
  /** Wanted ones whose name belongs to an object from elsewhere, which stays as it is. */
  readonly conflicts: readonly ConfigObject[];
}

/**
 * What to change in the store so that it holds the ConfigMaps, Secrets and claims of a source. Unlike pods they are changed
 * in place: who uses them sees the change.
 *
 * @param source only stored objects annotated with it are ever touched
 */
export function reconcileConfigs(
  source: string,
  { configs, unread }: Pick<Snapshot, 'configs' | 'unread'>,
  stored: readonly ConfigObject[],
): ConfigChanges {
  const byName = new Map(stored.map((object) => [describeConfig(object), object]));
  const isOurs = ({ metadata }: ConfigObject): boolean => metadata.annotations?.[CONFIG_SOURCE] === source;
  const create: ConfigObject[] = [];
  const update: ConfigObject[] = [];
  const conflicts: ConfigObject[] = [];
  for (const wanted of configs) {
    const current = byName.get(describeConfig(wanted));
    if (current === undefined) create.push(wanted);
    else if (!isOurs(current)) conflicts.push(wanted);
    // On its way out, for whatever reason: its successor waits.
    else if (current.metadata.deletionTimestamp !== undefined) continue;
    else {
      const next = withDefinitionOf(current, wanted);
      if (!isDeepStrictEqual(next, current)) update.push(next);
    }
  }
  const wanted = new Set(configs.map(describeConfig));
  const remove = stored.filter(
    (object) => isOurs(object) && !wanted.has(describeConfig(object)) && !mayBeWanted(object, unread),
  );
  return { create, update, remove, conflicts };
}

/** Who it is stays, and of a claim what it is bound to. */
function withDefinitionOf(current: ConfigObject, wanted: ConfigObject): ConfigObject {
  const { annotations, labels } = wanted.metadata;
  const metadata = { ...current.metadata, ...(annotations === undefined ? {} : { annotations }) };
  if (labels === undefined) delete metadata.labels;
  else metadata.labels = labels;
  if (wanted.kind !== 'PersistentVolumeClaim' || current.kind !== 'PersistentVolumeClaim')
    return { ...wanted, metadata };
  const { resources } = wanted.spec;
  return { ...current, metadata, spec: { ...current.spec, ...(resources === undefined ? {} : { resources }) } };
}
