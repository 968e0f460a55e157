import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { lstat, readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { buildCommandLine, type BuiltCommandLine } from '../../support/served-agent-process.js';
import { useKubectl } from '../../support/kubectl-agent.js';

const cluster = useKubectl('kubectl-access');

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Asks with the authority of the agent, and with the credential only when it is given. */
async function ask(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const ca = await readFile(join(cluster.dataDir, 'pki', 'ca.crt'));
  const sent = request(new URL(path, cluster.agent.url), { ca, headers, agent: false, servername: 'localhost' }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return { status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() };
}

const token = async (): Promise<string> => (await readFile(join(cluster.dataDir, 'pki', 'token'), 'utf8')).trim();

describe('nobody gets in', () => {
  it.each(['/api', '/api/v1/namespaces/default/secrets', '/openapi/v3', '/metrics', '/nonsense'])(
    'without a credential: %s',
    async (path) => {
      expect(await ask(path)).toMatchObject({ status: 401, body: expect.stringContaining('"reason":"Unauthorized"') });
    },
  );

  it('without a credential, but to see that the agent is well', async () => {
    expect(await ask('/healthz')).toEqual({ status: 200, body: 'ok' });
  });

  it('with a wrong token, in kubectl neither', async () => {
    expect((await ask('/api', { authorization: 'Bearer wrong' })).status).toBe(401);
    const server = `--server=${String(cluster.agent.url)} --certificate-authority=${cluster.dataDir}/pki/ca.crt`;
    expect(await cluster.shell.run(`KUBECONFIG=/dev/null kubectl ${server} --token=wrong get pods`)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('You must be logged in to the server'),
    });
    expect(
      await cluster.shell.ok(`KUBECONFIG=/dev/null kubectl ${server} --token=${await token()} get ns -o name`),
    ).toContain('namespace/default\n');
  });

  it.each([
    ['another Host', { host: 'rebound.example:10350' }],
    ['a page of another origin', { origin: 'https://evil.example' }],
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }],
  ])('from %s, even with the token', async (_, headers) => {
    expect((await ask('/api', { authorization: `Bearer ${await token()}` })).status).toBe(200);
    expect((await ask('/api', { authorization: `Bearer ${await token()}`, ...headers })).status).toBe(403);
  });

  it('from another address than the loopback', async () => {
    const port = Number(new URL(String(cluster.agent.url)).port);
    const addresses = Object.values(networkInterfaces())
      .flat()
      .filter((one) => one?.internal === false && one.family === 'IPv4');
    for (const one of addresses) {
      const socket = connect({ port, host: one?.address ?? '' });
      await expect(once(socket, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    }
  });
});

describe('the data directory', () => {
  it('is closed to other users, and so is every key and object in it', async () => {
    await cluster.shell.ok('kubectl create secret generic login --from-literal=password=s3cret');
    for (const name of ['.', 'pki', 'state', 'pods', 'logs'])
      expect([name, (await lstat(join(cluster.dataDir, name))).mode & 0o777]).toEqual([name, 0o700]);
    const files = ['kubeconfig', 'agent.lock'];
    for (const directory of ['pki', 'state'])
      for (const name of await readdir(join(cluster.dataDir, directory))) files.push(join(directory, name));
    expect(files).toEqual(expect.arrayContaining(['pki/ca.key', 'pki/token', 'state/objects.jsonl']));
    for (const name of files)
      expect([name, (await lstat(join(cluster.dataDir, name))).mode & 0o777]).toEqual([name, 0o600]);
  });
});

describe('kubelette kubeconfig', () => {
  let commandLine: BuiltCommandLine | undefined;
  const kubelette = (line: string): Promise<string> =>
    cluster.shell.ok(`env -u KUBECONFIG node ${String(commandLine?.path)} ${line} --data-dir ${cluster.dataDir}`);
  const kubectl = (line: string): Promise<string> => cluster.shell.ok(`env -u KUBECONFIG kubectl ${line}`);

  beforeAll(async () => {
    commandLine = await buildCommandLine('access');
  });
  afterAll(() => commandLine?.remove());

  it('prints what leads kubectl to the agent', async () => {
    await cluster.shell.file('printed', await kubelette('kubeconfig'));
    expect(await kubectl('--kubeconfig printed get ns default -o name')).toBe('namespace/default\n');
  });

  it('--merge adds a context to the own file and switches to it, and --remove takes it out', async () => {
    await kubectl('config set-context mine --namespace=own');
    await kubectl('config use-context mine');
    expect(await kubelette('kubeconfig --merge')).toContain('context "kubelette" written to ~/.kube/config\n');
    expect(await kubectl('config current-context')).toBe('kubelette\n');
    expect(await kubectl('get ns default -o name')).toBe('namespace/default\n');
    await kubelette('kubeconfig --remove');
    expect(await kubectl('config get-contexts -o name')).toBe('mine\n');
  });
});
