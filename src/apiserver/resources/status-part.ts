import type { KubeObject } from '../../api/schema/meta.js';
import type { Kind } from './kind.js';

/** Has the kind a status of its own, that only writes to the subresource change? */
export const hasStatus = ({ subresources }: Kind): boolean => subresources.some(({ name }) => name === 'status');

/** The object without what became of it. */
export const withoutStatus = (object: KubeObject): KubeObject => ({
  // Nothing that all objects have is taken away.
  ...(Object.fromEntries(Object.entries(object).filter(([field]) => field !== 'status')) as unknown as KubeObject),
});

/** The object with the status of another one, or with none if that has none. */
export const withStatusOf = (object: KubeObject, other: KubeObject): KubeObject =>
  'status' in other ? Object.assign(withoutStatus(object), { status: other.status }) : withoutStatus(object);
