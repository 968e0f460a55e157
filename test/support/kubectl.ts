import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const CACHE = join(process.cwd(), 'node_modules', '.cache', 'kubelette');

/** The directory with kubectl 1.34 and helm 3. `scripts/setup.sh test` has unpacked them, else it is done now. */
export function kubectlDirectory(): string {
  const directory = join(CACHE, 'kubectl-1.34');
  if (!existsSync(directory)) execFileSync(process.execPath, ['scripts/kubectl.mjs'], { stdio: 'inherit' });
  return directory;
}

/** kubectl 1.34. */
export const kubectl134 = (): string => join(kubectlDirectory(), 'kubectl');

/** An old one that speaks SPDY only, when there is one: `KUBECTL_OLD` says where, else one of the distribution. */
export function oldKubectl(): string | undefined {
  const given = process.env['KUBECTL_OLD'];
  if (given !== undefined) return given;
  kubectlDirectory();
  const unpacked = join(CACHE, 'kubectl-1.20', 'kubectl');
  return existsSync(unpacked) ? unpacked : undefined;
}
