import { readFile } from 'node:fs/promises';
import { Agent, request as httpsRequest } from 'node:https';

import { parse } from 'yaml';

/** Where an agent's API is, and the certificates for it. */
export async function credentialsOf({ kubeconfig }) {
  const { clusters, users } = parse(await readFile(kubeconfig, 'utf8'));
  const decoded = (text) => Buffer.from(text, 'base64').toString();
  const { hostname, port } = new URL(clusters[0].cluster.server);
  return {
    host: hostname,
    port: Number(port),
    ca: decoded(clusters[0].cluster['certificate-authority-data']),
    cert: decoded(users[0].user['client-certificate-data']),
    key: decoded(users[0].user['client-key-data']),
  };
}

/** The Kubernetes API of an agent, over connections that are kept. */
export async function openApi(agent) {
  const credentials = await credentialsOf(agent);
  const pool = new Agent({ keepAlive: true, maxSockets: 32 });
  /** @returns the answer, parsed. @throws with its message when it is an error */
  const call = (method, path, body, contentType = 'application/json') =>
    new Promise((resolve, reject) => {
      const headers = body === undefined ? {} : { 'Content-Type': contentType };
      const request = httpsRequest({ ...credentials, agent: pool, method, path, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => (text += chunk));
        response.on('error', reject);
        response.on('end', () => {
          const answer = response.headers['content-type'] === 'application/json' ? JSON.parse(text) : text;
          if (response.statusCode < 400) resolve(answer);
          else reject(Object.assign(new Error(answer.message ?? text), { status: response.statusCode }));
        });
      });
      request.on('error', reject);
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
  return {
    get: (path) => call('GET', path),
    create: (path, object) => call('POST', path, object),
    patch: (path, object) => call('PATCH', path, object, 'application/merge-patch+json'),
    remove: (path) => call('DELETE', path),
    /** Ends the connections that are kept; others are made when they are needed. */
    close: () => pool.destroy(),
  };
}

export const PODS = '/api/v1/namespaces/default/pods';
