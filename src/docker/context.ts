import type { Logger } from '../lib/logger.js';
import type { Engine } from './engine.js';
import type { Ownership } from './labels.js';

/** What every verb needs: whom to talk to, and whose objects these are. */
export interface DockerContext {
  readonly engine: Engine;
  readonly ownership: Ownership;
  readonly logger: Logger;
}
