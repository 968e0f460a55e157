import type { DataDirLayout } from './data-dir/layout.js';
import type { EventSink } from './kubelet/events/event-sink.js';
import { runImageCollector } from './kubelet/images/image-collector.js';
import { ImageManager } from './kubelet/images/image-manager.js';
import { pullCredentials } from './kubelet/images/pull-credentials.js';
import { PulledImages } from './kubelet/images/pulled-images.js';
import { UserCredentials } from './kubelet/images/user-credentials.js';
import { storedConfig } from './kubelet/stored-config.js';
import type { AgentOptions } from './options.js';
import type { HostService } from './runtime/host.js';
import type { ImageService } from './runtime/runtime.js';
import type { Store } from './store/store.js';

interface NodeParts {
  readonly options: AgentOptions;
  readonly layout: DataDirLayout;
  readonly store: Store;
  readonly events: EventSink;
}

/** What a node has to do with images: pulling them, and removing again what was pulled. */
export function nodeImages(
  { events, layout, options, store }: NodeParts,
  { host, images }: { readonly host: HostService; readonly images: ImageService },
  signal: AbortSignal,
): { readonly manager: ImageManager; collect(): Promise<void> } {
  const { clock, images: { dockerConfig, garbage } = {}, logger, nodeName } = options;
  const directory = dockerConfig === undefined ? {} : { directory: dockerConfig };
  const user = new UserCredentials({ ...directory, env: process.env, clock, logger });
  const credentials = pullCredentials((namespace) => storedConfig(store, namespace), user);
  const pulled = new PulledImages({ path: layout.pulledImages, clock, logger });
  return {
    manager: new ImageManager({ images, credentials, pulled, events, clock, logger, signal }),
    // Off unless it is asked for: at 85 % as on a kubelet it would surprise a developer without a network.
    collect: async () =>
      garbage === undefined
        ? undefined
        : runImageCollector({ images, host, pulled, policy: garbage, nodeName, events, clock, logger }, signal),
  };
}
