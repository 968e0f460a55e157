import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Secret } from '../../../src/api/schema/config.js';
import { app, SERVES, TestNode } from '../../support/agent.js';
import { LOGIN, TestRegistry } from '../../support/registry.js';

let registry: TestRegistry;
let node: TestNode;
let dockerConfig: string;
const { PATH } = process.env;

beforeAll(async () => {
  registry = await TestRegistry.open({ login: true });
  dockerConfig = await mkdtemp(join(tmpdir(), 'kubelette-docker-config-'));
  await helper('right', `printf '{"ServerURL":"","Username":"${LOGIN.username}","Secret":"${LOGIN.password}"}'`);
  node = await TestNode.started('credentials', { images: { dockerConfig } });
});
beforeEach(async () => rm(join(dockerConfig, 'config.json'), { force: true }));
afterAll(async () => {
  process.env['PATH'] = PATH;
  await node.close();
  await registry.close();
  await rm(dockerConfig, { recursive: true });
});

/** A credential helper of docker's, on the path of this process. */
async function helper(name: string, script: string): Promise<void> {
  const bin = join(dockerConfig, 'bin');
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, `docker-credential-${name}`), `#!/bin/sh\ncat >/dev/null\n${script}\n`);
  await chmod(join(bin, `docker-credential-${name}`), 0o755);
  process.env['PATH'] = `${bin}:${PATH ?? ''}`;
}

const login = (password: string = LOGIN.password): { readonly auth: string } => ({
  auth: Buffer.from(`${LOGIN.username}:${password}`).toString('base64'),
});
const userConfig = async (config: object): Promise<void> =>
  writeFile(join(dockerConfig, 'config.json'), JSON.stringify(config));

function secret(name: string, type: 'dockerconfigjson' | 'dockercfg', auths: object): void {
  const content = JSON.stringify(type === 'dockercfg' ? auths : { auths });
  node.agent.store.create<Secret>({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'default' },
    type: `kubernetes.io/${type}`,
    data: { [`.${type}`]: Buffer.from(content).toString('base64') },
  });
}

/** A pod with an image nobody has yet. */
async function create(name: string, ...secrets: string[]): Promise<void> {
  await registry.variant(`team/${name}`, '1', 'VERSION=1');
  node.create(name, {
    imagePullSecrets: secrets.map((one) => ({ name: one })),
    containers: [app(SERVES, { image: registry.ref(`team/${name}:1`) })],
  });
}
const waiting = (name: string): string => node.status(name)?.state?.waiting?.message ?? '';
const messages = (name: string): (string | undefined)[] => node.events(name).map(({ message }) => message);

describe('a registry that wants a login', () => {
  it('does not give the image to a pod without one', async () => {
    await create('none');
    await node.waits('none', 'ImagePullBackOff');
    expect(waiting('none')).toContain('no basic auth credentials');
  });

  it('gives it to a pod with a pull secret, of either type', async () => {
    secret('json', 'dockerconfigjson', { [registry.host]: login() });
    secret('cfg', 'dockercfg', { [`http://${registry.host}/v1/`]: { ...LOGIN } });
    await create('with-json', 'json');
    await create('with-cfg', 'cfg');
    await node.ready('with-json');
    await node.ready('with-cfg');
  });

  it('gives it to the login of the longest path that fits, and to no other registry’s', async () => {
    secret('paths', 'dockerconfigjson', {
      [registry.host]: login('wrong'),
      [`${registry.host}/team/paths`]: login(),
      'other.example.com': login('wrong'),
    });
    await create('paths', 'paths');
    await node.ready('paths');
    secret('elsewhere', 'dockerconfigjson', { 'other.example.com': login() });
    await create('elsewhere', 'elsewhere');
    await node.waits('elsewhere', 'ImagePullBackOff');
    expect(waiting('elsewhere')).toContain('no basic auth credentials');
  });

  it('does not give it to a wrong password, and a secret that is missing is told of', async () => {
    secret('wrong', 'dockerconfigjson', { [registry.host]: login('wrong') });
    await create('wrong', 'wrong', 'missing');
    await node.waits('wrong', 'ImagePullBackOff');
    expect(waiting('wrong')).toMatch(/unauthorized: authentication required|401 Unauthorized/);
    expect(messages('wrong')).toContain(
      'Unable to retrieve some image pull secrets (missing); attempting to pull the image may not succeed.',
    );
    expect(JSON.stringify([node.pod('wrong'), node.events('wrong'), node.said])).not.toContain(login('wrong').auth);
  });

  it('gives it to the login of the user, also when the pod’s own is wrong', async () => {
    await userConfig({ auths: { [registry.host]: login() } });
    await create('users');
    await create('second', 'wrong');
    await node.ready('users');
    await node.ready('second');
  });

  it('gives it to the user’s credential helpers', async () => {
    await userConfig({ credsStore: 'right' });
    await create('stored');
    await node.ready('stored');
    await userConfig({ credsStore: 'missing', credHelpers: { [registry.host]: 'right' } });
    await create('helped');
    await node.ready('helped');
  });
});
