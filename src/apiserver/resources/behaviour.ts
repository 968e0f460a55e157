import type { KubeObject } from '../../api/schema/meta.js';

/**
 * What writing objects of one kind involves beyond storing them. Everything is synchronous, so that nothing comes between
 * looking and storing.
 */
export interface Behaviour {
  /** What a client may not say of a new object is taken away, before it gets its defaults. */
  readonly prepareCreate?: (object: KubeObject) => KubeObject;
  /** The last word on a new object that is valid. @throws StatusError */
  readonly admitCreate?: (object: KubeObject) => KubeObject;
  /** What the creator should know. */
  readonly warnings?: (object: KubeObject) => readonly string[];
  /** What of an update counts, before it is merged with what is stored. */
  readonly prepareUpdate?: (decoded: KubeObject, before: KubeObject) => KubeObject;
  /** The last word on a valid change. @throws StatusError */
  readonly admitUpdate?: (next: KubeObject, before: KubeObject) => void;
  readonly updateWarnings?: (object: KubeObject, before: KubeObject) => readonly string[];
  /** @throws StatusError 403 when this object is not to be changed by way of the API */
  readonly guardUpdate?: (stored: KubeObject) => void;
  readonly guardDelete?: (stored: KubeObject) => void;
  /** Begins or does the deletion of an object that may be deleted. Absent: it is removed, or waits for its finalizers. */
  readonly remove?: (stored: KubeObject, graceSeconds: number | undefined) => void;
}
