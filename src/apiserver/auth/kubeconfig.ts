import { isIP } from 'node:net';
import type { Pki } from './pki.js';
import { writePrivateFile } from '../../lib/private-file.js';
import { isWildcard } from './served-names.js';

/** Cluster, user and context have the same name, as with kind and k3d. */
const NAME = 'kubelette';

/**
 * Writes the kubeconfig that says where the server is and lets its reader do everything. With this file in place the
 * server can be used, so write it last.
 *
 * @throws Unavailable when the file system refuses
 */
export async function writeKubeconfig(
  layout: { readonly kubeconfig: string },
  listen: { readonly host: string; readonly port: number },
  pki: Pki,
): Promise<void> {
  const { stringify } = await import('yaml');
  const text = stringify(kubeconfig(serverUrl(listen), pki), { lineWidth: 0 });
  await writePrivateFile(layout.kubeconfig, text);
}

function kubeconfig(server: string, { ca, client }: Pki): Record<string, unknown> {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: NAME, cluster: { server, 'certificate-authority-data': base64(ca.cert) } }],
    users: [
      {
        name: NAME,
        user: { 'client-certificate-data': base64(client.cert), 'client-key-data': base64(client.key) },
      },
    ],
    contexts: [{ name: NAME, context: { cluster: NAME, user: NAME } }],
    'current-context': NAME,
  };
}

/** Where clients on this machine find a server that listens on `host`. */
function serverUrl({ host, port }: { readonly host: string; readonly port: number }): string {
  const reachable = isWildcard(host) ? '127.0.0.1' : host;
  return `https://${isIP(reachable) === 6 ? `[${reachable}]` : reachable}:${port}`;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
