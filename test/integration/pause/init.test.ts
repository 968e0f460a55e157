import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { PAUSE_SOURCE } from '../../../src/docker/pause-binaries.js';
import { systemClock } from '../../../src/lib/clock.js';
import { eventually } from '../../support/eventually.js';
import { PauseBench } from './support.js';

const bench = new PauseBench('pause-init');
beforeAll(() => bench.start());
afterAll(() => bench.stop());

describe('pause as PID 1', () => {
  it('reaps what loses its parent in a shared PID namespace', async () => {
    const sandbox = await bench.sandbox([]);
    // Each subshell leaves a process behind that dies after its parent: only PID 1 can reap it.
    const app = await bench.shell('for i in 1 2 3 4 5; do (sleep 0.2 &); done; sleep 1000', {
      PidMode: `container:${sandbox.id}`,
    });
    const processes = await eventually('only the app is left', async () => {
      const { stdout } = await bench.exec(app, ['ps', '-o', 'pid,stat,comm']);
      const lines = stdout.toString().split('\n');
      return lines.filter((line) => line.includes('sleep')).length === 1 && lines;
    });
    expect(processes.filter((line) => /\bZ/.test(line))).toEqual([]);
    expect(processes.some((line) => /^\s*1 .*pause/.test(line))).toBe(true);
  });

  it.each(['SIGTERM', 'SIGINT'])('leaves with exit code 0 at once on %s', async (signal) => {
    const sandbox = await bench.sandbox([]);
    const before = systemClock.monotonic();
    await sandbox.kill({ signal });
    await sandbox.wait();
    expect(systemClock.monotonic() - before).toBeLessThan(30_000);
    expect((await sandbox.inspect()).State).toMatchObject({ Running: false, ExitCode: 0 });
  });

  it('says what it was built from', async () => {
    const sandbox = await bench.sandbox([]);
    const { stdout, exitCode } = await bench.exec(sandbox, ['/pause', 'version']);
    expect({ stdout: stdout.toString(), exitCode }).toEqual({
      stdout: `kubelette pause, sources ${PAUSE_SOURCE}\n`,
      exitCode: 0,
    });
  });

  it('refuses a command it does not know', async () => {
    const sandbox = await bench.sandbox([]);
    const { stderr, exitCode } = await bench.exec(sandbox, ['/pause', 'nonsense']);
    expect(stderr).toMatch(/^usage: pause /);
    expect(exitCode).toBe(2);
  });
});

describe('pause hold', () => {
  it('gives volumes their owner and mode before it says ready, then waits as PID 1', async () => {
    const [shared, group] = [await bench.volume(), await bench.volume()];
    const sandbox = await bench.sandbox(['hold', '777:0:0:/vols/shared', '2770:1000:4000:/vols/group'], {
      Binds: [`${shared}:/vols/shared`, `${group}:/vols/group`],
    });
    await eventually('ready', async () => (await bench.stdout(sandbox)) === 'ready\n');
    const app = await bench.shell('sleep 1000', { Binds: [`${shared}:/shared`, `${group}:/group`] });
    const { stdout } = await bench.exec(app, ['stat', '-c', '%a %u:%g', '/shared', '/group']);
    expect(stdout.toString()).toBe('777 0:0\n2770 1000:4000\n');
    expect((await sandbox.inspect()).State.Running).toBe(true);
    await sandbox.stop();
    expect((await sandbox.inspect()).State.ExitCode).toBe(0);
  });

  it.each([
    ['777:0:0:/vols/none', 'error: open /vols/none: errno 2\n'],
    ['888:0:0:/vols', 'error: parse 888:0:0:/vols: errno 22\n'],
  ])('says what is wrong with %s and fails', async (argument, message) => {
    const sandbox = await bench.sandbox(['hold', argument]);
    await sandbox.wait();
    expect(await bench.stdout(sandbox)).toBe(message);
    expect((await sandbox.inspect()).State.ExitCode).toBe(1);
  });
});

describe('pause namespaces', () => {
  it('shows what containers share and what not', async () => {
    const sandbox = await bench.sandbox([], { IpcMode: 'shareable' });
    const join = `container:${sandbox.id}`;
    const app = await bench.shell('sleep 1000', { NetworkMode: join, IpcMode: join });
    const helper = await bench.sandbox([], { PidMode: 'host', NetworkMode: 'none', CapAdd: ['SYS_PTRACE'] });
    const pids = [(await sandbox.inspect()).State.Pid, (await app.inspect()).State.Pid].map(String);
    const { stdout } = await bench.exec(helper, ['/pause', 'namespaces', ...pids]);
    const [first = {}, second = {}] = stdout
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => Object.fromEntries(line.split(' ').map((word) => word.split(':'))) as Record<string, string>);
    expect(first['net']).toMatch(/^\[\d+\]$/);
    for (const common of ['net', 'ipc']) expect(second[common]).toBe(first[common]);
    for (const own of ['pid', 'mnt', 'uts']) expect(second[own]).not.toBe(first[own]);
  });
});
