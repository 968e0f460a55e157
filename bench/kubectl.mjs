import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { command } from './support.mjs';

export const KUBECTL = fileURLToPath(new URL('../node_modules/.cache/kubelette/kubectl-1.34/kubectl', import.meta.url));

/** Unpacks it where that has not been done. @returns runs it with an agent, and gives what it wrote */
export async function openKubectl({ kubeconfig }) {
  if (!existsSync(KUBECTL))
    await command(process.execPath, [fileURLToPath(new URL('../scripts/kubectl.mjs', import.meta.url))]);
  return (...args) => command(KUBECTL, args, { KUBECONFIG: kubeconfig });
}
