import type { Kind, Subresource } from '../resources/kind.js';

/** `status`, as every kind with one offers it. */
export const statusOf = ({ group, version, kind }: Pick<Kind, 'group' | 'version' | 'kind'>): Subresource => ({
  name: 'status',
  responseKind: { group, version, kind },
  verbs: ['get', 'patch', 'update'],
});
