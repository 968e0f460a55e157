import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { Kubelette } from '../../../src/testing/kubelette.js';
import { eventually } from '../../support/eventually.js';
import { leftovers } from '../../support/leftovers.js';

const SLEEPER = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'sleeper' },
  spec: { containers: [{ name: 'app', image: 'kubelette.local/busybox:1', command: ['sleep', '1000000'] }] },
};

it('two nodes in one process do not know each other’s pods, and leave nothing behind', async () => {
  const [one, two] = await Promise.all([Kubelette.start(), Kubelette.start()]);
  const directories = await dataDirectories();
  expect(directories).toHaveLength(2);
  try {
    const pods = await Promise.all([one.apply(SLEEPER), two.apply(SLEEPER)]);
    const ips = (await Promise.all(pods.map((pod) => pod.ready()))).map(({ podIP }) => podIP);
    expect(ips[0]).not.toBe(ips[1]);
    await one.stop();
    expect(await leftovers(one.nodeName)).toEqual([]);
    expect(await leftovers(two.nodeName)).toEqual(['sleeper/POD', 'sleeper/app']);
    expect((await pods[1].exec(['echo', 'still here'])).stdout).toBe('still here\n');
  } finally {
    await Promise.all([one.stop(), two.stop()]);
  }
  expect(await leftovers(two.nodeName)).toEqual([]);
  expect(directories.filter(existsSync)).toEqual([]);
});

/** Of the nodes of this process, as their locks say: other processes have theirs beside them. */
async function dataDirectories(): Promise<string[]> {
  const all = (await readdir(tmpdir())).filter((name) => name.startsWith('kubelette-node-'));
  const own = await Promise.all(
    all.map(async (name) => {
      const lock = await readFile(join(tmpdir(), name, 'agent.lock'), 'utf8').catch(() => '{}');
      return (JSON.parse(lock) as { readonly pid?: number }).pid === process.pid;
    }),
  );
  return all.filter((_name, index) => own[index]).map((name) => join(tmpdir(), name));
}

const REASON = 'ErrImageNeverPull';

it('a pod that cannot start says why when time is over', async () => {
  await using node = await Kubelette.start();
  const pod = await node.apply({
    ...SLEEPER,
    spec: { containers: [{ name: 'app', image: 'kubelette.local/no-such-image:1', imagePullPolicy: 'Never' }] },
  });
  await eventually('it has been tried', () => pod.status().containerStatuses?.[0]?.state?.waiting?.reason === REASON);
  const error = await pod.ready({ timeoutMs: 500 }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: 'KubeletteError', code: 'Timeout' });
  expect(String(error)).toContain('pod default/sleeper was not ready within 500 ms; last seen: phase Pending');
  expect(String(error)).toContain(`container app: waiting, ${REASON}`);
});

it('a start without an engine fails in time and names what was tried', async () => {
  const error = await Kubelette.start({ dockerHost: 'unix:///no/such.sock', timeoutMs: 6_000 }).catch(
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: 'KubeletteError', code: 'Timeout' });
  expect(String(error)).toContain('/no/such.sock');
});

it.each([
  [
    'an ES module',
    ['--input-type=module', '-e', "import { Kubelette } from 'kubelette'; console.log(typeof Kubelette.start)"],
  ],
  ['CommonJS', ['--input-type=commonjs', '-e', "console.log(typeof require('kubelette').Kubelette.start)"]],
])('the package can be loaded as %s', async (_kind, args) => {
  // By its own name: package.json `exports` serve the package itself, too.
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, NODE_OPTIONS: '' } });
  expect(stdout.trim()).toBe('function');
});

it('the types of the package need those of no engine client and no logger', async () => {
  const needed = await typesNeeded('dist/types/index.d.ts');
  expect([...needed].sort()).toEqual(['zod']);
});

/** Packages that a declaration file and those it imports refer to. */
async function typesNeeded(file: string, seen = new Set<string>()): Promise<Set<string>> {
  const packages = new Set<string>();
  if (seen.has(file)) return packages;
  seen.add(file);
  for (const [, name = ''] of (await readFile(file, 'utf8')).matchAll(/^(?:import|export)\b[^']* from '([^']+)'/gm)) {
    if (!name.startsWith('.')) packages.add(name);
    else
      for (const deeper of await typesNeeded(join(dirname(file), name.replace(/\.js$/, '.d.ts')), seen))
        packages.add(deeper);
  }
  return packages;
}
