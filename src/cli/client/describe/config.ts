import type { ConfigMap, Secret } from '../../../api/schema/config.js';
import type { EventObject } from '../event-object.js';
import { sortedEntries, type Description } from './description.js';
import { describeEvents } from './events.js';
import { describeMetadata } from './metadata.js';

/** Config maps are shown with all they hold. */
export function describeConfigMap(to: Description, map: ConfigMap, events: readonly EventObject[] | undefined): void {
  describeMetadata(to, map.metadata);
  heading(to, 'Data');
  for (const [key, value] of sortedEntries(map.data)) {
    to.line(0, `${key}:`);
    to.line(0, '----');
    to.line(0, value);
    to.line(0);
  }
  heading(to, 'BinaryData', '====');
  for (const [key, value] of sortedEntries(map.binaryData)) to.line(0, `${key}: ${bytesOf(value)} bytes`);
  to.line(0);
  if (events !== undefined) describeEvents(to, events);
}

const TOKEN_TYPE = 'kubernetes.io/service-account-token';

/** Of a secret only the sizes of its values; a token, which is there to be looked up, is shown. */
export function describeSecret(to: Description, secret: Secret): void {
  describeMetadata(to, secret.metadata);
  to.line(0);
  to.field(0, 'Type', secret.type);
  heading(to, 'Data');
  for (const [key, value] of sortedEntries(secret.data)) {
    const isToken = key === 'token' && secret.type === TOKEN_TYPE;
    to.field(0, key, isToken ? Buffer.from(value, 'base64').toString() : `${bytesOf(value)} bytes`);
  }
}

function heading(to: Description, name: string, line = '='.repeat(name.length)): void {
  to.line(0);
  to.line(0, name);
  to.line(0, line);
}

const bytesOf = (base64: string): number => Buffer.from(base64, 'base64').length;
