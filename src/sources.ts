import { CONFIG_KINDS, type ConfigObject } from './api/config-object.js';
import type { Pod } from './api/schema/pod.js';
import type { EventSink } from './kubelet/events/event-sink.js';
import { requestPodDeletion } from './kubelet/pod-deletion.js';
import { removeConfig } from './kubelet/static-pods/config-writer.js';
import { FileSource } from './kubelet/static-pods/file-source.js';
import { CONFIG_SOURCE, type PodSource } from './kubelet/static-pods/pod-source.js';
import { runSourceWriter } from './kubelet/static-pods/source-writer.js';
import { UrlSource } from './kubelet/static-pods/url-source.js';
import type { AgentOptions } from './options.js';
import type { Store } from './store/store.js';

export interface SourcesOptions {
  readonly options: AgentOptions;
  readonly store: Store;
  readonly createPod: (pod: Pod, uid?: string) => Pod;
  readonly events: EventSink;
  /** Watches over a loop that runs until the agent stops. */
  readonly supervise: (name: string, loop: Promise<void>) => void;
}

/** The sources static pods may come from; a pod of one that is no longer configured is no longer wanted. */
const SOURCE_NAMES = ['file', 'http'];

/** Starts the configured sources. Resolves when each has delivered once: only then is a missing pod an unwanted one. */
export async function startSources(
  { createPod, events, options, store, supervise }: SourcesOptions,
  signal: AbortSignal,
): Promise<void> {
  const { clock, logger } = options;
  const sources = configuredSources(options);
  retireMissing(sources, store, options);
  await Promise.all(
    sources.map(
      (source) =>
        new Promise<void>((onDelivered) => {
          const writer = runSourceWriter({ source, store, createPod, events, clock, logger, onDelivered }, signal);
          supervise(`source ${source.name}`, writer);
        }),
    ),
  );
}

function configuredSources(options: AgentOptions): PodSource[] {
  const { clock, logger, manifestDir, manifestUrl, nodeName } = options;
  const sources: PodSource[] = [];
  if (manifestDir !== undefined) {
    sources.push(new FileSource({ roots: [manifestDir], nodeName, suffixName: true, clock, logger }));
  }
  if (manifestUrl !== undefined)
    sources.push(new UrlSource({ url: manifestUrl, nodeName, clock, fetch: globalThis.fetch }));
  return sources;
}

function retireMissing(sources: readonly PodSource[], store: Store, { clock, logger }: AgentOptions): void {
  const missing = SOURCE_NAMES.filter((name) => sources.every((source) => source.name !== name));
  for (const { metadata } of store.list<Pod>('Pod').items) {
    const source = metadata.annotations?.[CONFIG_SOURCE];
    if (source === undefined || !missing.includes(source) || metadata.deletionTimestamp !== undefined) continue;
    logger.info({ pod: metadata.name, source }, 'pod comes from a source that is no longer configured, deleting it');
    requestPodDeletion(store, clock, metadata.namespace ?? 'default', metadata.name);
  }
  for (const object of CONFIG_KINDS.flatMap((kind) => store.list<ConfigObject>(kind).items)) {
    const source = object.metadata.annotations?.[CONFIG_SOURCE];
    if (source !== undefined && missing.includes(source)) removeConfig(store, object, clock.now());
  }
}
