import type { Kind } from '../resources/kind.js';
import { configMapKind } from './config-map.js';
import { namespaceKind } from './namespace.js';
import { podKind } from './pod.js';

/** Every kind the API serves, in the order discovery names them. */
export const allKinds: readonly Kind[] = [configMapKind, namespaceKind, podKind];
