import type { EventSink } from './kubelet/events/event-sink.js';
import { ImageManager } from './kubelet/images/image-manager.js';
import { pullCredentials } from './kubelet/images/pull-credentials.js';
import { UserCredentials } from './kubelet/images/user-credentials.js';
import { storedConfig } from './kubelet/stored-config.js';
import type { AgentOptions } from './options.js';
import type { ImageService } from './runtime/runtime.js';
import type { Store } from './store/store.js';

/** What a node has to do with images. */
export function imageManager(
  { events, options, store }: { readonly events: EventSink; readonly options: AgentOptions; readonly store: Store },
  images: ImageService,
  signal: AbortSignal,
): ImageManager {
  const { clock, images: { dockerConfig } = {}, logger } = options;
  const directory = dockerConfig === undefined ? {} : { directory: dockerConfig };
  const user = new UserCredentials({ ...directory, env: process.env, clock, logger });
  const credentials = pullCredentials((namespace) => storedConfig(store, namespace), user);
  return new ImageManager({ images, credentials, events, clock, logger, signal });
}
