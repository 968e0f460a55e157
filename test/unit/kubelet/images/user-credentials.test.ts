import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { UserCredentials } from '../../../../src/kubelet/images/user-credentials.js';
import { createLineLogger, type LogLine } from '../../../../src/lib/logger.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { hangingOn } from '../../../support/hanging-on.js';

const { signal } = new AbortController();

let directory: string;
let said: LogLine[];
let clock: FakeClock;
let user: UserCredentials;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kubelette-docker-config-'));
  said = [];
  clock = new FakeClock();
  const env = { PATH: `${directory}:${process.env['PATH'] ?? ''}`, DOCKER_CONFIG: directory };
  user = new UserCredentials({ env, clock, logger: createLineLogger('info', (line) => said.push(line)) });
});
afterEach(async () => rm(directory, { recursive: true }));

const config = async (content: object): Promise<void> =>
  writeFile(join(directory, 'config.json'), JSON.stringify(content));

/** A program that docker would run; it finds the server it is asked for in `$server`. */
async function helper(name: string, script: string): Promise<void> {
  const path = join(directory, `docker-credential-${name}`);
  await writeFile(path, `#!/bin/sh\n[ "$1" = get ] || exit 9\nserver=$(cat)\n${script}\n`);
  await chmod(path, 0o755);
}
const answers = (username: string): string =>
  `printf '{"ServerURL":"%s","Username":"${username}","Secret":"for %s"}' "$server" "$server"`;

describe('the docker configuration of the user', () => {
  it('need not be there', async () => {
    expect(await user.find('quay.io/a', signal)).toEqual([]);
    expect(said).toEqual([]);
  });

  it('has logins, and a later login counts at once', async () => {
    await config({ auths: { 'quay.io': { auth: Buffer.from('u:p').toString('base64') } } });
    expect(await user.find('quay.io/a', signal)).toEqual([{ username: 'u', password: 'p', server: 'quay.io' }]);
    expect(await user.find('ghcr.io/a', signal)).toEqual([]);
    await config({ auths: { 'quay.io': { username: 'v', password: 'q' } } });
    expect(await user.find('quay.io/a', signal)).toMatchObject([{ username: 'v' }]);
  });

  it('may name a helper for everything, which is asked as docker asks it', async () => {
    await helper('store', answers('stored'));
    await config({ auths: { 'https://index.docker.io/v1/': {} }, credsStore: 'store' });
    expect(await user.find('localhost:5000/a', signal)).toEqual([
      { username: 'stored', password: 'for localhost:5000', server: 'localhost:5000' },
    ]);
    expect(await user.find('busybox', signal)).toMatchObject([{ password: 'for https://index.docker.io/v1/' }]);
    expect(hangingOn(signal)).toBe(0);
  });

  it('may name a helper for one registry, which goes before the others', async () => {
    await helper('store', answers('stored'));
    await helper('own', answers('own'));
    await config({ auths: { 'quay.io': { username: 'u', password: 'p' } }, credHelpers: { 'quay.io': 'own' }, credsStore: 'store' }); // prettier-ignore
    const names = async (image: string): Promise<string[]> =>
      (await user.find(image, signal)).map(({ username }) => username);
    expect(await names('quay.io/a')).toEqual(['own', 'u']);
    expect(await names('ghcr.io/a')).toEqual(['stored']);
  });

  it('may have a helper that gives tokens', async () => {
    await helper('store', answers('<token>'));
    await config({ credsStore: 'store' });
    expect(await user.find('quay.io/a', signal)).toEqual([
      { username: '', password: '', identityToken: 'for quay.io', server: 'quay.io' },
    ]);
  });

  it('may have a helper that knows nothing of the registry', async () => {
    await helper('store', 'echo "credentials not found in native keychain"; exit 1');
    await config({ credsStore: 'store' });
    expect(await user.find('quay.io/a', signal)).toEqual([]);
    expect(said).toEqual([]);
  });

  it.each([
    [
      'fails',
      'echo "the key ring is locked"; exit 1',
      'docker-credential-store ended with exit code 1: the key ring is locked',
    ],
    ['writes something else', 'echo hunter2', 'answer of docker-credential-store: not valid JSON'],
    ['leaves out the secret', `echo '{"Username":"u"}'`, 'docker-credential-store gave no user name and secret'],
  ])('may have a helper that %s: told, and the logins in the file still count', async (_what, script, problem) => {
    await helper('store', script);
    await config({ auths: { 'quay.io': { username: 'u', password: 'p' } }, credsStore: 'store' });
    expect(await user.find('quay.io/a', signal)).toMatchObject([{ username: 'u' }]);
    expect(said).toMatchObject([{ msg: 'docker credential helper failed', problem }]);
  });

  it('may name a helper that is not installed', async () => {
    await config({ credsStore: 'no-such' });
    expect(await user.find('quay.io/a', signal)).toEqual([]);
    expect(said).toMatchObject([{ problem: expect.stringContaining('ENOENT') as unknown }]);
  });

  it('cannot name a program somewhere else', async () => {
    await config({ credsStore: '../../evil' });
    expect(await user.find('quay.io/a', signal)).toEqual([]);
    expect(said).toMatchObject([{ problem: 'docker-credential-../../evil is not the name of a program' }]);
  });

  it('may have a helper that waits for somebody: not for ever', async () => {
    await helper('store', 'exec sleep 600');
    await config({ credsStore: 'store' });
    const found = user.find('quay.io/a', signal);
    // Reading the file takes real time, and the waiting begins after it.
    while (clock.sleeping === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(30_000);
    expect(await found).toEqual([]);
    expect(said).toMatchObject([{ problem: 'no answer within 30 s' }]);
  });

  it('that is broken is told of, and nothing of it quoted', async () => {
    await writeFile(join(directory, 'config.json'), '{"auths": hunter2');
    expect(await user.find('quay.io/a', signal)).toEqual([]);
    expect(said).toMatchObject([
      { msg: 'docker credentials cannot be used', problem: `${join(directory, 'config.json')}: not valid JSON` },
    ]);
  });
});
