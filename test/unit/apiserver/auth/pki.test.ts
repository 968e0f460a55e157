import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { writeKubeconfig } from '../../../../src/apiserver/auth/kubeconfig.js';
import { loadPki, type Pki } from '../../../../src/apiserver/auth/pki.js';
import { FakeClock } from '../../../support/fake-clock.js';

const DAY_MS = 86_400_000;
const FILES = ['ca.crt', 'ca.key', 'client.crt', 'client.key', 'server.crt', 'server.key', 'token'];

let dir: string;
let clock: FakeClock;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kubelette-pki-'));
  clock = new FakeClock();
});
afterEach(() => rm(dir, { recursive: true }));

const load = (host = '127.0.0.1'): Promise<Pki> => loadPki({ pki: dir }, { host }, clock);
const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

describe('the keys of a server', () => {
  it('are made once, readable by their owner only', async () => {
    const made = await load();
    expect((await readdir(dir)).sort()).toEqual(FILES);
    for (const file of FILES) expect(await modeOf(join(dir, file))).toBe(0o600);
    expect(await load()).toEqual(made);
  });

  it('say who they are for and where they are good', async () => {
    const { ca, server, client, token } = await load('build.example');
    const [authority, serving, user] = [ca, server, client].map(({ cert }) => new X509Certificate(cert));
    expect(authority?.ca).toBe(true);
    expect(serving?.ca).toBe(false);
    expect(serving?.subjectAltName).toBe(
      'IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:localhost, DNS:build.example',
    );
    expect(serving?.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(user?.subject).toBe('O=system:masters\nCN=kubelette-admin');
    expect(user?.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(token).toMatch(/^[\w-]{43}$/);
  });

  it('are closed again when they were opened to others', async () => {
    await load();
    await chmod(join(dir, 'client.key'), 0o644);
    await load();
    expect(await modeOf(join(dir, 'client.key'))).toBe(0o600);
  });

  it('get a new serving certificate for a new listen host, and keep the rest', async () => {
    const before = await load();
    const after = await load('build.example');
    expect(after.server).not.toEqual(before.server);
    expect({ ...after, server: undefined }).toEqual({ ...before, server: undefined });
  });

  it('are renewed 30 days before they expire, under the same authority', async () => {
    const before = await load();
    await clock.advance(794 * DAY_MS);
    expect(await load()).toEqual(before);
    await clock.advance(2 * DAY_MS);
    const after = await load();
    expect(after.ca).toEqual(before.ca);
    expect(after.client).not.toEqual(before.client);
    expect(after.server).not.toEqual(before.server);
  });

  it('are all new when the authority is damaged or expires', async () => {
    const before = await load();
    await writeFile(join(dir, 'ca.crt'), before.ca.cert.slice(0, 100));
    const after = await load();
    expect(after.ca).not.toEqual(before.ca);
    expect(after.client).not.toEqual(before.client);
    await clock.advance(3_640 * DAY_MS);
    expect((await load()).ca).not.toEqual(after.ca);
  });

  it('are made again when a crash left half a pair', async () => {
    const before = await load();
    await rm(join(dir, 'server.crt'));
    await writeFile(join(dir, 'client.key'), before.server.key);
    await writeFile(join(dir, 'token'), 'short');
    const after = await load();
    expect(after.server.key).not.toBe(before.server.key);
    expect(after.client.key).not.toBe(before.client.key);
    expect(after.token).toMatch(/^[\w-]{43}$/);
    expect(await load()).toEqual(after);
  });

  it('are never read through a link', async () => {
    await symlink('/etc/hostname', join(dir, 'token'));
    await expect(load()).rejects.toThrow(`read ${join(dir, 'token')}`);
  });
});

describe('the kubeconfig of the data directory', () => {
  it.each([
    ['127.0.0.1', 'https://127.0.0.1:10350'],
    ['0.0.0.0', 'https://127.0.0.1:10350'],
    ['::1', 'https://[::1]:10350'],
    ['build.example', 'https://build.example:10350'],
  ])('of a server on %s points to %s, with everything inside', async (host, server) => {
    const pki = await load();
    const kubeconfig = join(dir, 'kubeconfig');
    await writeKubeconfig({ kubeconfig }, { host, port: 10350 }, pki);
    expect(await modeOf(kubeconfig)).toBe(0o600);
    const data = (text: string): string => Buffer.from(text).toString('base64');
    expect(parse(await readFile(kubeconfig, 'utf8'))).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'kubelette', cluster: { server, 'certificate-authority-data': data(pki.ca.cert) } }],
      users: [
        {
          name: 'kubelette',
          user: { 'client-certificate-data': data(pki.client.cert), 'client-key-data': data(pki.client.key) },
        },
      ],
      contexts: [{ name: 'kubelette', context: { cluster: 'kubelette', user: 'kubelette' } }],
      'current-context': 'kubelette',
    });
  });
});
