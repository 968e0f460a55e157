import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { kubeconfigPaths, loadConnection } from '../../../../src/cli/client/kubeconfig.js';

const CONFIG = `
clusters:
- name: one
  cluster: { server: "https://127.0.0.1:10350", certificate-authority-data: ${Buffer.from('CA').toString('base64')} }
- name: two
  cluster: { server: "https://two:1", insecure-skip-tls-verify: true, tls-server-name: other, certificate-authority: ca.pem }
users:
- name: cert
  user: { client-certificate-data: ${Buffer.from('CERT').toString('base64')}, client-key: key.pem }
- name: token
  user: { token: secret }
- name: exec
  user: { exec: { command: aws } }
contexts:
- name: first
  context: { cluster: one, user: cert }
- name: second
  context: { cluster: two, user: token, namespace: mine }
- name: third
  context: { cluster: one, user: exec }
current-context: first
`;

let dir: string;
let file: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kubelette-client-'));
  file = join(dir, 'config');
  await writeFile(file, CONFIG);
  await writeFile(join(dir, 'key.pem'), 'KEY');
  await writeFile(join(dir, 'ca.pem'), 'CA2');
});
afterEach(() => rm(dir, { recursive: true }));

describe('loadConnection', () => {
  it('takes the current context, with data inside and files beside the kubeconfig', async () => {
    expect(await loadConnection({ kubeconfig: file }, {})).toEqual({
      server: new URL('https://127.0.0.1:10350'),
      namespace: 'default',
      ca: 'CA',
      cert: 'CERT',
      key: 'KEY',
      insecure: false,
    });
  });

  it('takes another context, with its namespace, token and TLS settings', async () => {
    expect(await loadConnection({ kubeconfig: file, context: 'second' }, {})).toEqual({
      server: new URL('https://two:1'),
      namespace: 'mine',
      ca: 'CA2',
      token: 'secret',
      serverName: 'other',
      insecure: true,
    });
  });

  it('reads all files of KUBECONFIG and passes over those that are not there; the first to define a name wins', async () => {
    const other = join(dir, 'other');
    await writeFile(other, 'current-context: second\nclusters: [{name: two, cluster: {server: "https://mine:2"}}]\n');
    const env = { KUBECONFIG: [join(dir, 'missing'), other, file].join(delimiter) };
    const { namespace, server } = await loadConnection({}, env);
    expect([namespace, server.host]).toEqual(['mine', 'mine:2']);
  });

  it('says how to start an agent when there is no kubeconfig', async () => {
    await expect(loadConnection({}, { KUBELETTE_DATA_DIR: join(dir, 'data') })).rejects.toThrow(
      `no kubeconfig at ${join(dir, 'data', 'kubeconfig')} (is the agent running? start it: kubelette agent)`,
    );
  });

  it('refuses logins it has not, and names that do not exist', async () => {
    await expect(loadConnection({ kubeconfig: file, context: 'third' }, {})).rejects.toThrow('not with "exec"');
    await expect(loadConnection({ kubeconfig: file, context: 'nope' }, {})).rejects.toThrow(
      'context "nope" does not exist',
    );
  });

  it('quotes nothing of a kubeconfig that is not YAML', async () => {
    await writeFile(file, 'users: [{token: hunter2');
    const error: unknown = await loadConnection({ kubeconfig: file }, {}).catch((reason: unknown) => reason);
    expect(String(error)).toContain('is not YAML');
    expect(String(error)).not.toContain('hunter2');
  });
});

it('looks in the data directory of the agent unless told otherwise', () => {
  expect(kubeconfigPaths(undefined, {}, '/home/me')).toEqual(['/home/me/.local/state/kubelette/kubeconfig']);
  expect(kubeconfigPaths(undefined, { KUBELETTE_DATA_DIR: '/data' }, '/home/me')).toEqual(['/data/kubeconfig']);
  expect(kubeconfigPaths(undefined, { KUBECONFIG: '/a', KUBELETTE_DATA_DIR: '/data' }, '/home/me')).toEqual(['/a']);
  expect(kubeconfigPaths('/b', { KUBECONFIG: '/a' }, '/home/me')).toEqual(['/b']);
});
