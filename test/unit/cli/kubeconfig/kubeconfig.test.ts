import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parse } from 'yaml';
import { mergeKubeconfig, removeFromKubeconfig } from '../../../../src/cli/kubeconfig/change-files.js';
import { kubeconfigFiles } from '../../../../src/cli/kubeconfig/files.js';
import { eventually } from '../../../support/eventually.js';
import { FakeClock } from '../../../support/fake-clock.js';

const SOURCE = `apiVersion: v1
kind: Config
clusters:
  - name: kubelette
    cluster: { server: "https://127.0.0.1:10350", certificate-authority-data: Q0E= }
users:
  - name: kubelette
    user: { client-certificate-data: Q1JU, client-key-data: S0VZ }
contexts:
  - name: kubelette
    context: { cluster: kubelette, user: kubelette }
current-context: kubelette
`;
const PARTS = parse(SOURCE) as Record<'clusters' | 'users' | 'contexts', unknown[]>;

const USERS = `# my clusters
apiVersion: v1
kind: Config
clusters:
- cluster:
    server: https://work.example # do not touch
  name: work
contexts:
- context:
    cluster: work
    user: me
  name: work
current-context: work
preferences: {}
users:
- name: me
  user:
    token: abc
`;

let dir: string;
let source: string;
let config: string;
const clock = new FakeClock();
const signal = new AbortController().signal;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kubelette-kubeconfig-'));
  source = join(dir, 'data', 'kubeconfig');
  config = join(dir, 'home', '.kube', 'config');
  await mkdir(join(dir, 'data'));
  await writeFile(source, SOURCE);
});
afterEach(() => rm(dir, { recursive: true }));

const merge = (files: readonly string[] = [config], switchContext = true) =>
  mergeKubeconfig({ files, source, clock, switchContext }, signal);
const remove = (files: readonly string[] = [config]) =>
  removeFromKubeconfig({ files, source, clock }, 'kubelette', signal);
const put = async (path: string, text: string): Promise<void> => {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, text);
};
const read = (path: string): Promise<string> => readFile(path, 'utf8');

describe('the files of kubectl', () => {
  const home = '/home/me';
  it.each([
    ['the flag alone', '/x/config', `/a${delimiter}/b`, ['/x/config']],
    ['the list of $KUBECONFIG', undefined, `/a${delimiter}${delimiter}/b${delimiter}/a`, ['/a', '/b']],
    ['the usual file', undefined, undefined, ['/home/me/.kube/config']],
    ['the usual file for an empty list', undefined, '', ['/home/me/.kube/config']],
  ])('are %s', (_what, flag, list, files) => {
    expect(kubeconfigFiles(flag, { KUBECONFIG: list }, home)).toEqual(files);
  });
});

describe('merging', () => {
  it('makes the file, closed to others, when there is none', async () => {
    expect(await merge()).toEqual({ context: 'kubelette', written: [config] });
    expect(parse(await read(config))).toEqual(parse(SOURCE));
    expect((await stat(config)).mode & 0o777).toBe(0o600);
    expect((await stat(join(config, '..'))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(config, '..'))).toEqual(['config']);
  });

  it('keeps everything that is not ours as it was written', async () => {
    await put(config, USERS);
    await merge();
    const text = await read(config);
    for (const line of USERS.split('\n').filter((each) => !each.startsWith('current-context')))
      expect(text.split('\n')).toContain(line);
    expect(parse(text)).toMatchObject({
      clusters: [{ name: 'work' }, PARTS.clusters[0]],
      users: [{ name: 'me' }, PARTS.users[0]],
      contexts: [{ name: 'work' }, PARTS.contexts[0]],
      'current-context': 'kubelette',
    });
  });

  it('leaves the current context when told so', async () => {
    await put(config, USERS);
    await merge([config], false);
    expect(parse(await read(config))).toMatchObject({ 'current-context': 'work' });
  });

  it('twice changes nothing the second time', async () => {
    await put(config, USERS);
    await merge();
    const before = await read(config);
    expect((await merge()).written).toEqual([]);
    expect(await read(config)).toBe(before);
  });

  it('replaces what an earlier agent left, but not the namespace the user chose', async () => {
    await put(
      config,
      `clusters:
- name: kubelette
  cluster: { server: "https://127.0.0.1:1", insecure-skip-tls-verify: true }
contexts:
- name: kubelette
  context:
    cluster: old
    namespace: team # mine
    user: old
users: null
`,
    );
    await merge();
    const text = await read(config);
    expect(text).toContain('namespace: team # mine');
    expect(parse(text)).toMatchObject({
      clusters: PARTS.clusters,
      users: PARTS.users,
      contexts: [{ name: 'kubelette', context: { cluster: 'kubelette', user: 'kubelette', namespace: 'team' } }],
    });
    expect(text).not.toContain('insecure');
  });

  it('changes each part where it is defined, adds to the first file there is, and the first context wins', async () => {
    const [none, first, second] = ['none', 'first', 'second'].map((name) => join(dir, name)) as [
      string,
      string,
      string,
    ];
    await put(first, USERS);
    await put(second, 'users:\n- name: kubelette\n  user: {token: old}\ncurrent-context: other\n');
    expect((await merge([none, first, second])).written).toEqual([first, second]);
    expect(parse(await read(second))).toEqual({ users: PARTS.users, 'current-context': 'other' });
    expect(parse(await read(first))).toMatchObject({
      clusters: [{ name: 'work' }, PARTS.clusters[0]],
      users: [{ name: 'me' }],
      'current-context': 'kubelette',
    });
    await expect(stat(none)).rejects.toThrow('ENOENT');
  });

  it('makes the last file of the list when none is there', async () => {
    const [one, two] = [join(dir, 'one'), join(dir, 'two')];
    expect((await merge([one, two])).written).toEqual([two]);
  });

  it('writes through a link and keeps it', async () => {
    const real = join(dir, 'dotfiles-config');
    await put(real, USERS);
    await mkdir(join(config, '..'), { recursive: true });
    await symlink(real, config);
    await merge();
    expect((await lstat(config)).isSymbolicLink()).toBe(true);
    expect(await read(real)).toContain('kubelette');
  });

  it('reads JSON too', async () => {
    await put(config, JSON.stringify(parse(USERS)));
    await merge();
    expect(parse(await read(config))).toMatchObject({ clusters: [{ name: 'work' }, { name: 'kubelette' }] });
  });

  it.each([
    ['not YAML', 'users: [{token: hunter2'],
    ['a list', '- hunter2'],
    ['a word', 'hunter2'],
  ])('refuses a file that is %s without quoting it, and leaves it', async (_what, text) => {
    await put(config, text);
    await expect(merge()).rejects.toMatchObject({ code: 'Invalid', message: expect.not.stringContaining('hunter2') });
    expect(await read(config)).toBe(text);
    expect(await readdir(join(config, '..'))).toEqual(['config']);
  });

  it('says what to do when there is no agent', async () => {
    await rm(source);
    await expect(merge()).rejects.toThrow(`no kubeconfig at ${source} (start "kubelette agent"`);
  });

  it("never writes to the agent's own file", async () => {
    await expect(merge([source])).rejects.toThrow("the agent's own file");
    expect((await merge([source, config])).written).toEqual([config]);
    expect(await read(source)).toBe(SOURCE);
  });

  it('waits for the lock of another program, then gives up and leaves the lock', async () => {
    await put(config, USERS);
    await writeFile(`${config}.lock`, '');
    const first = merge();
    await eventually('someone who waits', () => clock.sleeping > 0);
    await rm(`${config}.lock`);
    await clock.advance(1_000);
    expect((await first).written).toEqual([config]);

    await writeFile(`${config}.lock`, '');
    let given: unknown;
    void merge().catch((error: unknown) => (given = error));
    await eventually('an end of patience', async () => {
      await clock.advance(1_000);
      return given !== undefined;
    });
    expect(given).toMatchObject({
      code: 'Conflict',
      message: `${config}.lock is held by another program (if there is none, remove it)`,
    });
    expect(await readdir(join(config, '..'))).toEqual(['config', 'config.lock']);
  });
});

describe('removing', () => {
  it('takes out exactly what merging put in', async () => {
    await put(config, USERS);
    await merge();
    expect(await remove()).toEqual([config]);
    expect(await read(config)).toBe(USERS.replace('current-context: work', 'current-context: ""'));
    expect(await remove()).toEqual([]);
  });

  it('leaves the current context when it is another', async () => {
    await put(config, USERS);
    await merge([config], false);
    await remove();
    expect(await read(config)).toBe(USERS);
  });

  it('makes no file', async () => {
    expect(await remove()).toEqual([]);
    await expect(stat(config)).rejects.toThrow('ENOENT');
  });
});
