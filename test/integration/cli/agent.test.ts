import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it } from '@jest/globals';
import { CliProcess, runCli } from '../../support/cli.js';
import { eventually } from '../../support/eventually.js';
import { containerIds, removeLeftovers } from '../../support/leftovers.js';

const NODE = `test-agent-${process.pid}`;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kubelette-test-'));
});
afterEach(async () => {
  await removeLeftovers(NODE);
  await rm(directory, { recursive: true, force: true });
});
afterAll(async () => removeLeftovers(NODE));

const agentArgs = (): string[] => ['agent', '--node-name', NODE, '--data-dir', join(directory, 'data')];

it('keeps pods running when it ends, and takes them over at the next start', async () => {
  await writeFile(
    join(directory, 'pod.yaml'),
    `apiVersion: v1
kind: Pod
metadata: { name: steady }
spec:
  containers: [{ name: app, image: 'kubelette.local/busybox:1', command: [sleep, '1000000'] }]
`,
  );
  const args = [...agentArgs(), '--manifest-dir', directory];
  const first = new CliProcess(args);
  await first.says(/^ready: Docker/m);
  expect(first.stdout).toContain(`node       ${NODE}\n`);
  expect(first.stdout).toContain(`data       ${join(directory, 'data')}\n`);
  const name = `steady-${NODE}`;
  const started = await eventually('the static pod runs', async () => {
    const ids = await containerIds(NODE);
    return ids.has(`${name}/app`) ? ids : undefined;
  });
  first.signal('SIGTERM');
  expect((await first.ended()).exitCode).toBe(0);
  expect(await containerIds(NODE)).toEqual(started);

  const second = new CliProcess(args, { KUBELETTE_LOG_LEVEL: 'debug' });
  await second.says(/^ready: Docker/m);
  second.signal('SIGINT');
  expect((await second.ended()).exitCode).toBe(0);
  expect(await containerIds(NODE)).toEqual(started);
});

it('refuses a data directory that another agent uses', async () => {
  const first = new CliProcess(agentArgs());
  await first.says(/^ready: Docker/m);
  const second = await runCli(agentArgs());
  expect(second.exitCode).toBe(1);
  expect(second.stderr).toMatch(/^error: .*data.*\n$/);
  first.signal('SIGTERM');
  expect((await first.ended()).exitCode).toBe(0);
});

it('says what is wrong when there is no engine, keeps trying, and can be ended', async () => {
  const agent = new CliProcess(agentArgs(), { KUBELETTE_DOCKER_HOST: `unix://${join(directory, 'none.sock')}` });
  await agent.says(/none\.sock/);
  expect(agent.stdout).not.toContain('ready');
  agent.signal('SIGTERM');
  expect((await agent.ended()).exitCode).toBe(0);
});

it.each([
  ['plain where stderr is no terminal', { NO_COLOR: '' }, / ERROR: /],
  ['coloured where they are asked for', { NO_COLOR: '', FORCE_COLOR: '1' }, / \u001b\[31mERROR\u001b\[39m: /],
])('has a log for people when told so, %s', async (_how, env, expected) => {
  const dockerHost = `unix://${join(directory, 'none.sock')}`;
  const agent = new CliProcess([...agentArgs(), '--docker-host', dockerHost, '--log-format', 'pretty'], env);
  await agent.says(/none\.sock/);
  expect(agent.stderr).toMatch(expected);
  agent.signal('SIGTERM');
  expect((await agent.ended()).exitCode).toBe(0);
});
