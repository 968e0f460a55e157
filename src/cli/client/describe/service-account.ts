import type { Secret } from '../../../api/schema/config.js';
import type { ServiceAccount } from '../../../api/schema/service-account.js';
import type { EventObject } from '../event-object.js';
import type { Description } from './description.js';
import { describeEvents } from './events.js';
import { describeMetadata } from './metadata.js';

const TOKEN_TYPE = 'kubernetes.io/service-account-token';
const OWNER = 'kubernetes.io/service-account.name';

/** @param secrets of its namespace */
export function describeServiceAccount(
  to: Description,
  account: ServiceAccount,
  secrets: readonly Secret[],
  events: readonly EventObject[] | undefined,
): void {
  describeMetadata(to, account.metadata);
  const namesOf = (references: readonly { readonly name?: string | undefined }[] = []): readonly string[] =>
    references.map(({ name = '' }) =>
      secrets.some(({ metadata }) => metadata.name === name) ? name : `${name} (not found)`,
    );
  const tokens = secrets.filter(
    ({ metadata, type }) => type === TOKEN_TYPE && metadata.annotations?.[OWNER] === account.metadata.name,
  );
  to.list(0, 'Image pull secrets', namesOf(account.imagePullSecrets));
  to.list(0, 'Mountable secrets', namesOf(account.secrets));
  to.list(
    0,
    'Tokens',
    tokens.map(({ metadata }) => metadata.name),
  );
  if (events !== undefined) describeEvents(to, events);
}
