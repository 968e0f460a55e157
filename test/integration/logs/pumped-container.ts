import type { ObservedContainer, PodIdentity } from '../../../src/runtime/observed.js';

export const pod: PodIdentity = { uid: 'b7', namespace: 'default', name: 'talker' };

/** What a pump needs to know of a running container. */
export const container = (id: string): ObservedContainer => ({
  id,
  name: 'app',
  kind: 'app',
  attempt: 0,
  specHash: '',
  state: 'running',
  paused: false,
  createdAt: 0,
  startedAt: 1,
  oomKilled: false,
  image: '',
  imageId: '',
  backoffMs: 0,
  sandboxInstance: '',
  pid: 1,
});
