import type { Kind } from '../resources/kind.js';
import { configMapKind } from './config-map.js';
import { eventV1Kind } from './event-v1.js';
import { eventKind } from './event.js';
import { leaseKind } from './lease.js';
import { namespaceKind } from './namespace.js';
import { nodeKind } from './node.js';
import { persistentVolumeClaimKind } from './persistent-volume-claim.js';
import { persistentVolumeKind } from './persistent-volume.js';
import { podKind } from './pod.js';
import { secretKind } from './secret.js';
import { serviceAccountKind } from './service-account.js';
import { serviceKind } from './service.js';

/** Every kind the API serves, in the order discovery names them. */
export const allKinds: readonly Kind[] = [
  configMapKind,
  eventKind,
  namespaceKind,
  nodeKind,
  persistentVolumeClaimKind,
  persistentVolumeKind,
  podKind,
  secretKind,
  serviceAccountKind,
  serviceKind,
  leaseKind,
  eventV1Kind,
];
