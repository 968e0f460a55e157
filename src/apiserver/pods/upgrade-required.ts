import { badRequest } from '../http/status-error.js';

/** What a path that only streams says to a plain request. Source: apimachinery httpstream */
export const upgradeRequired = (): Error => badRequest('Upgrade request required');

/** What it says to an upgrade it does not know. */
export const unknownUpgrade = (): Error =>
  badRequest('unable to upgrade: expected "Upgrade: websocket" or "Upgrade: SPDY/3.1"');
