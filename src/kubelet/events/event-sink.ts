import type { KubeObject } from '../../api/schema/meta.js';

/** Where things worth telling go: `kubectl describe` shows them. Never throws. */
export interface EventSink {
  /** `fieldPath` names the container: `spec.containers{web}`. */
  event(about: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string, fieldPath?: string): void;
}
