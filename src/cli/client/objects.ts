import type { Resource } from './discovery.js';
import { qualifiedSingular } from './discovery.js';

/** As much of any object as the client commands read; all else is kept as it is. */
export interface AnyObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly generateName?: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
}

export interface ObjectList<T = AnyObject> {
  readonly metadata?: { readonly resourceVersion?: string };
  readonly items: readonly T[];
}

/** `pod/web`. */
export const objectName = (resource: Resource, name: string): string => `${qualifiedSingular(resource)}/${name}`;
