import { CONFIG_KINDS, describeConfig, type ConfigObject } from '../../api/config-object.js';
import { errorMessage } from '../../lib/errors.js';
import type { Logger } from '../../lib/logger.js';
import { toRfc3339 } from '../../lib/time.js';
import { objectKey, type Store } from '../../store/store.js';
import type { Snapshot } from './pod-source.js';
import { reconcileConfigs } from './reconcile-configs.js';

/** Puts the ConfigMaps, Secrets and claims of one source into the store. */
export class ConfigWriter {
  readonly #source: string;
  readonly #store: Store;
  readonly #logger: Logger;
  /** What has been told already, for as long as it lasts. */
  #told: ReadonlySet<string> = new Set();

  constructor(source: string, store: Store, logger: Logger) {
    this.#source = source;
    this.#store = store;
    this.#logger = logger;
  }

  /** @param now epoch milliseconds */
  apply(snapshot: Pick<Snapshot, 'configs' | 'unread'>, now: number): void {
    const stored = CONFIG_KINDS.flatMap((kind) => [...this.#store.list<ConfigObject>(kind).items]);
    const { conflicts, create, remove, update } = reconcileConfigs(this.#source, snapshot, stored);
    const failures = new Set(
      conflicts.map((object) => `${describeConfig(object)} is left as it is: there is one that no manifest made`),
    );
    const attempt = (object: ConfigObject, change: () => unknown): void => {
      try {
        change();
      } catch (error) {
        failures.add(`${describeConfig(object)}: ${errorMessage(error)}`);
      }
    };
    for (const object of remove) attempt(object, () => removeConfig(this.#store, object, now));
    for (const object of update) attempt(object, () => this.#store.update(object));
    for (const object of create) attempt(object, () => this.#store.create(object));
    for (const error of failures) {
      if (!this.#told.has(error))
        this.#logger.error({ source: this.#source, error }, 'object of a manifest cannot be stored');
    }
    this.#told = failures;
  }
}

/** One that something still holds, as a claim in use, goes when it is let go. */
export function removeConfig(store: Store, object: ConfigObject, now: number): void {
  const { deletionTimestamp, finalizers = [] } = object.metadata;
  if (finalizers.length === 0) store.remove(object.kind, objectKey(object));
  else if (deletionTimestamp === undefined) {
    store.update<ConfigObject>({ ...object, metadata: { ...object.metadata, deletionTimestamp: toRfc3339(now) } });
  }
}
