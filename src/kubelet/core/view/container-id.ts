import type { ObservedContainer } from '../../../runtime/observed.js';

/** As statuses name it: `docker://<id>`. */
export const containerIdOf = ({ id }: Pick<ObservedContainer, 'id'>): string => `docker://${id}`;
