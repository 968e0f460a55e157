import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it } from '@jest/globals';
import { CliProcess, runCli } from '../../support/cli.js';
import { PrivateEngine } from '../../support/engine.js';
import { eventually } from '../../support/eventually.js';
import { leftovers, removeLeftovers } from '../../support/leftovers.js';

const NODE = `test-run-${process.pid}`;
const RUN = ['run', '--node-name', NODE];

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kubelette-test-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});
afterAll(async () => removeLeftovers(NODE));

const pod = (name: string, script: string): string => `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
spec:
  restartPolicy: Never
  terminationGracePeriodSeconds: 1
  containers:
    - name: app
      image: kubelette.local/busybox:1
      command: [sh, -c, ${JSON.stringify(script)}]
`;

async function file(name: string, text: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
}

it('shows logs with their origin, passes on the exit code of the one that failed, and leaves nothing', async () => {
  const good = await file('good.yaml', pod('good', 'echo fine; echo also >&2'));
  const bad = await file('bad.yaml', pod('bad', 'echo broken; exit 42'));
  const { exitCode, stdout, stderr } = await runCli([...RUN, '-f', good, bad]);
  expect(stdout.trim().split('\n').sort()).toEqual(['[bad app] broken', '[good app] also', '[good app] fine']);
  expect(stderr).toContain('pod good succeeded\n');
  expect(stderr).toContain('pod bad failed: container app ended with exit code 42 (Error)\n');
  expect(exitCode).toBe(42);
  expect(await leftovers(NODE)).toEqual([]);
});

it('shows everything a container wrote, up to its last word', async () => {
  const { exitCode, stdout } = await runCli([...RUN, '-f', await file('many.yaml', pod('many', 'seq 1 20000'))]);
  expect(exitCode).toBe(0);
  expect(stdout.trim().split('\n')).toEqual(Array.from({ length: 20_000 }, (_, index) => `[many app] ${index + 1}`));
});

it('starts nothing when anything is wrong in any file', async () => {
  const good = await file('good.yaml', pod('good', 'echo started'));
  const bad = await file('bad.yaml', pod('bad', 'true').replace('image:', 'imagee:'));
  const { exitCode, stdout, stderr } = await runCli([...RUN, '-f', good, '-f', bad]);
  expect(exitCode).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toContain(`error: ${bad}:10:7: spec.containers[0].imagee`);
  expect(stderr).toContain('nothing was started');
});

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('deletes the pods and ends with 130 on %s', async (signal) => {
  const command = new CliProcess([...RUN, '-f', await file('long.yaml', pod('long', 'echo up; sleep 1000'))]);
  await command.says(/\[long app\] up/);
  expect(await leftovers(NODE)).toEqual(['long/POD', 'long/app']);
  command.signal(signal);
  const { exitCode, stderr } = await command.ended();
  expect(stderr).toContain('pod long removed');
  expect(exitCode).toBe(130);
  expect(await leftovers(NODE)).toEqual([]);
});

it('ends at once at the second interrupt, and says how to remove what is left', async () => {
  // What a run leaves behind the next one sweeps, also that of another test: so not on the engine of all.
  const engine = await PrivateEngine.open();
  try {
    await engine.start();
    await engine.copyImage();
    const env = { KUBELETTE_DOCKER_HOST: engine.host };
    const stubborn = pod('stubborn', 'trap "" TERM; echo up; sleep 1000').replace('Seconds: 1', 'Seconds: 600');
    const command = new CliProcess([...RUN, '-f', await file('stubborn.yaml', stubborn)], env);
    await command.says(/\[stubborn app\] up/);
    command.signal('SIGINT');
    await command.says(/removing the pods/);
    command.signal('SIGINT');
    const { exitCode, stderr } = await command.ended();
    expect(exitCode).toBe(130);
    expect(stderr).toContain(`kubelette gc --node-name ${NODE}`);

    const gc = await runCli(['gc', '--node-name', NODE], env);
    expect(gc.exitCode).toBe(0);
    expect(gc.stdout).toContain(`container app of pod default/stubborn on node ${NODE} removed`);
    expect(await leftovers(NODE, engine.host)).toEqual([]);
  } finally {
    await engine.close();
  }
});

it('shows what changes as lines where there is no terminal, and what to try next', async () => {
  const manifest = await readFile('manifests/web-pod.yaml', 'utf8');
  const command = new CliProcess([...RUN, '--view', 'table', '-f', await file('web.yaml', manifest)]);
  await command.says(/Up after [\d.]+ s: 1 pod ready\./);
  await command.says(/curl http:\/\/[\d.]+\/\n/);
  expect(command.stdout).toMatch(/^NAME +READY +STATUS +RESTARTS +AGE +IP\n/);
  expect(command.stdout).toMatch(/\nweb +1\/1 +Running +0 +\d+s +\d+\.\d+\.\d+\.\d+\n/);
  await command.says(/node dist\/cli\.cjs namespaces web\n/);
  command.signal('SIGINT');
  const { exitCode, stdout } = await command.ended();
  expect(stdout).toContain('\nweb removed\n');
  expect(stdout).not.toContain('\u001b');
  expect(exitCode).toBe(130);
});

it('follows edits with --watch: an edited pod is replaced, a broken file changes nothing', async () => {
  const forever = (word: string): string => pod('watched', `echo ${word}; sleep 1000`);
  const path = await file('watched.yaml', forever('first'));
  const command = new CliProcess([...RUN, '--watch', '-f', directory]);
  await command.says(/\[watched app\] first/);

  await writeFile(path, forever('second').replace('image:', 'imagee:'));
  await command.says(/watched\.yaml:10:7: spec\.containers\[0\]\.imagee/);
  expect(await leftovers(NODE)).toEqual(['watched/POD', 'watched/app']);

  await writeFile(path, forever('third'));
  await command.says(/\[watched app\] third/);

  await rm(path);
  await eventually('the pod is gone', async () => (await leftovers(NODE)).length === 0);
  command.signal('SIGINT');
  expect((await command.ended()).exitCode).toBe(130);
});
