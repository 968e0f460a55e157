import { delimiter, join, resolve } from 'node:path';

/**
 * The kubeconfig files kubectl would use, first one first: `--kubeconfig` alone, else the list in `$KUBECONFIG`, else
 * `~/.kube/config`. Absolute. Source: client-go's loading rules.
 */
export function kubeconfigFiles(
  flag: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): readonly string[] {
  if (flag !== undefined && flag !== '') return [resolve(flag)];
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  return listed.length === 0 ? [join(home, '.kube', 'config')] : [...new Set(listed.map((path) => resolve(path)))];
}
