import type { Query } from './api-client.js';

/** Which objects of a type. */
export interface SelectorFlags {
  readonly selector?: string;
  readonly fieldSelector?: string;
}

/** The flags as list parameters; the server reads and checks them. */
export const selectorQuery = ({ fieldSelector, selector }: SelectorFlags): Query => ({
  labelSelector: selector,
  fieldSelector,
});
