import { hostname, networkInterfaces } from 'node:os';
import type { MachineNames } from './served-names.js';

/** What this machine is called now. */
export function machineNames(): MachineNames {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
  return { hostname: hostname(), addresses };
}
