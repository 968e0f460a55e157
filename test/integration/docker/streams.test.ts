import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { DockerRuntime } from '../../../src/docker/docker-runtime.js';
import { endHere, endThere } from '../../../src/docker/end-processes.js';
import { listKubeletteObjects } from '../../../src/docker/inventory.js';
import { dial } from '../../../src/docker/dial.js';
import type { CommandSession, ExecRequest, ExecSession, LogRecord } from '../../../src/runtime/streams.js';
import type { ContainerSpec } from '../../../src/runtime/specs.js';
import { openDockerWorld, script, type DockerWorld } from '../../support/docker-world.js';
import { eventually } from '../../support/eventually.js';
import { containerSpec, sandboxSpec, sandboxVolume } from '../../support/specs.js';

const { signal } = new AbortController();
const pod = { uid: 'streams', namespace: 'default', name: 'streams' };

let world: DockerWorld;
let runtime: DockerRuntime;
let sandbox: { id: string; instance: string };
let containers = 0;

beforeAll(async () => {
  world = await openDockerWorld('streams');
  runtime = await world.runtime();
  await runtime.volumes.ensure({ name: `${world.nodeName}-data`, podUid: pod.uid }, signal);
  const volumes = [sandboxVolume(`${world.nodeName}-data`, 'data', { mode: 0o2775, uid: 7, gid: 8 })];
  const id = await runtime.runSandbox(sandboxSpec(pod, { volumes }), signal);
  sandbox = { id, instance: (await runtime.inspectPod(pod.uid, signal)).sandboxes[0]?.instance ?? '' };
});
afterAll(async () => world.close());

async function start(text: string, changes: Partial<ContainerSpec> = {}): Promise<string> {
  containers += 1;
  const { reference: image, id: imageId } = world.busybox;
  const spec = containerSpec({ pod, sandbox, image, imageId }, { name: `c${containers}`, ...script(text), ...changes });
  const id = await runtime.createContainer(spec, signal);
  await runtime.startContainer(id, signal);
  return id;
}

const ended = async (id: string): Promise<number> =>
  eventually('container ended', async () => {
    const found = (await runtime.inspectPod(pod.uid, signal)).containers.find((container) => container.id === id);
    return found?.state === 'exited' ? found.exitCode : undefined;
  });

async function bytesOf(stream: Readable | undefined): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of (stream ?? []) as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function outcome(session: ExecSession): Promise<{ stdout: string; stderr: string; exitCode: number }> {
  const [stdout, stderr] = await Promise.all([bytesOf(session.stdout), bytesOf(session.stderr)]);
  return { stdout: stdout.toString(), stderr: stderr.toString(), exitCode: await session.exitCode };
}

describe('exec', () => {
  let id: string;
  const run = async (text: string, changes: Partial<ExecRequest> = {}): Promise<ExecSession> =>
    runtime.streams.exec(id, { ...script(text), tty: false, stdin: false, ...changes }, signal);

  beforeAll(async () => {
    id = await start("trap 'exit 0' TERM; sleep 1000 & wait");
  });

  it('keeps stdout and stderr apart and returns the exit code', async () => {
    const session = await run('echo out; echo err >&2; exit 3');
    expect(await outcome(session)).toEqual({ stdout: 'out\n', stderr: 'err\n', exitCode: 3 });
  });

  it('closes stdin at its end, and delivers what comes after that', async () => {
    const session = await run('cat; echo after', { stdin: true });
    session.stdin?.write('one ');
    session.stdin?.end('two ');
    expect(await outcome(session)).toMatchObject({ stdout: 'one two after\n', exitCode: 0 });
  });

  it('brings megabytes through unchanged', async () => {
    const sent = Buffer.alloc(4 * 1024 * 1024, Buffer.from(Array.from({ length: 251 }, (_, index) => index)));
    const session = await run('cat', { stdin: true });
    session.stdin?.end(sent);
    expect((await bytesOf(session.stdout)).equals(sent)).toBe(true);
    expect(await session.exitCode).toBe(0);
  });

  it('has one raw stream, a size and Ctrl-D on a terminal', async () => {
    const session = await run('read go; stty size; cat', { tty: true, stdin: true });
    expect(session.stderr).toBeUndefined();
    await session.resize(123, 45);
    session.stdin?.end('\n');
    const { stdout, exitCode } = await outcome(session);
    expect(stdout).toContain('45 123\r\n');
    expect(exitCode).toBe(0);
  });

  it('fails when the connection is cut, never with a code', async () => {
    const cut = new AbortController();
    const session = await runtime.streams.exec(
      id,
      { ...script('echo started; sleep 1000'), tty: false, stdin: false },
      cut.signal,
    );
    session.stdout.once('data', () => cut.abort(new Error('cut')));
    await expect(session.exitCode).rejects.toThrow('cut');
  });

  it('does not invent an exit code when the container ends first', async () => {
    const victim = await start('sleep 1000');
    const session = await runtime.streams.exec(
      victim,
      { ...script('echo started; sleep 1000'), tty: false, stdin: false },
      signal,
    );
    session.stdout.once('data', () => void runtime.stopContainer(victim, 0, signal));
    session.stderr?.resume();
    await expect(session.exitCode).rejects.toMatchObject({ code: 'Unavailable' });
  });

  it('refuses in a container that does not run', async () => {
    const dead = await start('exit 0');
    await ended(dead);
    const session = runtime.streams.exec(dead, { ...script('true'), tty: false, stdin: false }, signal);
    await expect(session).rejects.toMatchObject({ code: 'Conflict' });
  });
});

describe('kill', () => {
  /** Deaf, with a child, an orphan and one in a session of its own; says when all are there. */
  const STUBBORN =
    'trap "" TERM; sleep 555 & (sleep 555 &); setsid sleep 555 & sleep 0.3; echo all; sleep 555; sleep 555';
  let id: string;
  beforeAll(async () => {
    id = await start("trap 'exit 0' TERM; sleep 1000 & wait");
  });
  const command = async (text: string): Promise<CommandSession> =>
    runtime.streams.exec(id, { ...script(text), tty: false, stdin: false }, signal);
  const sleepers = async (): Promise<string> =>
    (await outcome(await command('ps -o args | grep -c "^[s]leep 555"'))).stdout.trim();

  async function stubborn(): Promise<CommandSession> {
    const session = await command(STUBBORN);
    session.stderr?.resume();
    const [said] = (await once(session.stdout, 'data')) as [Buffer];
    expect(said.toString()).toBe('all\n');
    await eventually('all are there', async () => (await sleepers()) === '4');
    return session;
  }

  it('ends a command that ignores every signal, and all it started', async () => {
    const session = await stubborn();
    expect(await session.kill(signal)).toBe('killed');
    expect(await sleepers()).toBe('0');
    expect(await session.exitCode).toBe(137);
  });

  it('does so from a container where the processes of the engine are not those of this host', async () => {
    const session = await stubborn();
    const pid = await eventually('pid', async () => {
      const { stdout } = await outcome(
        await command('grep -l "sleep 555; sleep 555" /proc/[0-9]*/cmdline | head -n 1'),
      );
      const inside = /proc\/(\d+)/.exec(stdout)?.[1];
      return inside !== undefined && (await hostPid(id, Number(inside)));
    });
    await endThere(world.context, pid, id, signal);
    expect(await sleepers()).toBe('0');
    expect(await session.exitCode).toBe(137);
    const { containers } = await listKubeletteObjects(world.engine, { nodeName: world.nodeName }, signal);
    expect(containers.filter(({ role }) => role === 'helper')).toEqual([]);
  });

  it('touches nobody else', async () => {
    const other = await start('sleep 1000');
    const [container] = (await runtime.inspectPod(pod.uid, signal)).containers.filter((one) => one.id === other);
    await expect(endThere(world.context, container?.pid ?? 0, id, signal)).rejects.toMatchObject({
      code: 'Unavailable',
    });
    expect(await endHere(container?.pid ?? 0, id)).toBe(false);
    expect((await runtime.inspectPod(pod.uid, signal)).containers.find((one) => one.id === other)?.state).toBe(
      'running',
    );
  });

  it('knows a command that has ended by itself', async () => {
    const session = await command('exit 3');
    await outcome(session);
    expect(await session.kill(signal)).toBe('ended');
  });
});

/** Of a process of the container, where this machine is the engine's. */
async function hostPid(containerId: string, inside: number): Promise<number | undefined> {
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const cgroup = await readFile(`/proc/${name}/cgroup`, 'utf8').catch(() => '');
    const status = cgroup.includes(containerId) ? await readFile(`/proc/${name}/status`, 'utf8').catch(() => '') : '';
    if (new RegExp(`^NSpid:.*\\t${inside}$`, 'm').test(status)) return Number(name);
  }
  return undefined;
}

describe('attach', () => {
  it('talks to the main process and ends with its exit code', async () => {
    const id = await start('read line; echo "got $line"; exit 5', { stdin: true, stdinOnce: true });
    const session = await runtime.streams.attach(id, { tty: false, stdin: true }, signal);
    session.stdin?.end('hello\n');
    expect(await outcome(session)).toEqual({ stdout: 'got hello\n', stderr: '', exitCode: 5 });
  });
});

describe('attach to one that reads on after its input ended', () => {
  const READS = 'while read line; do echo "got $line"; done; echo end; exit 5';

  it.each([false, true])('leaves it as it is, with a terminal: %s', async (tty) => {
    const id = await start(READS, { stdin: true, stdinOnce: false, tty });
    const attached = async (line: string): Promise<void> => {
      const session = await runtime.streams.attach(id, { tty, stdin: true }, signal);
      session.stdin?.end(`${line}\n`);
      session.stdout.resume();
      session.stderr?.resume();
      await expect(session.exitCode).resolves.toBe(0);
    };
    await attached('one');
    await attached('two');
    await eventually('it has both', async () => {
      const records: LogRecord[] = [];
      for await (const record of runtime.streams.logs(id, { follow: false }, signal)) records.push(record);
      return records.map(({ line }) => line.toString().trim()).filter((line) => line.startsWith('got')).length === 2;
    });
  });
});

describe('logs', () => {
  async function read(id: string, follow: boolean, since?: string): Promise<LogRecord[]> {
    const records: LogRecord[] = [];
    const options = { follow, ...(since === undefined ? {} : { since }) };
    for await (const record of runtime.streams.logs(id, options, signal)) records.push(record);
    return records;
  }
  const linesOf = (records: readonly LogRecord[]): string[] => records.map(({ line }) => line.toString());

  it('follows a container from its first line to its end, unterminated last line included', async () => {
    for (let time = 0; time < 5; time += 1) {
      const id = await start('for i in 1 2 3; do echo $i; done; sleep 0.2; echo 4; printf end');
      expect(linesOf(await read(id, true))).toEqual(['1', '2', '3', '4', 'end']);
    }
  });

  it('resumes with the records of the timestamp it is given', async () => {
    const id = await start('for i in 1 2 3 4 5 6; do echo $i; done');
    const all = await read(id, true);
    expect(linesOf(all)).toHaveLength(6);
    expect(await read(id, false, all[3]?.timestamp)).toEqual(all.slice(3));
  });

  it('gives only the newest records when asked for so many', async () => {
    const id = await start('for i in 1 2 3; do echo $i; done; printf end');
    await ended(id);
    const newest: LogRecord[] = [];
    for await (const record of runtime.streams.logs(id, { tail: 2, follow: false }, signal)) newest.push(record);
    expect(linesOf(newest)).toEqual(['3', 'end']);
  });

  it('says which records are pieces of one line', async () => {
    const id = await start(
      'head -c 40000 /dev/zero | tr "\\0" a; echo; head -c 16384 /dev/zero | tr "\\0" b; echo; echo c',
    );
    const records = await read(id, true);
    expect(records.map(({ line, partial }) => [line.length, partial])).toEqual([
      [16384, true],
      [16384, true],
      [7232, false],
      [16384, true],
      [0, false],
      [1, false],
    ]);
  });

  it('delivers bytes that are no text', async () => {
    const id = await start(String.raw`printf '\377\000\376\303\n'`);
    expect((await read(id, true)).map(({ line }) => [...line])).toEqual([[0xff, 0x00, 0xfe, 0xc3]]);
  });

  it('reads the log of a terminal, long lines too', async () => {
    const id = await start('echo one; head -c 20000 /dev/zero | tr "\\0" a; echo; printf end', { tty: true });
    const records = await read(id, true);
    expect(records.map(({ stream, line, partial }) => [stream, line.length, partial])).toEqual([
      ['stdout', 4, false],
      ['stdout', 16384, true],
      ['stdout', 20001 - 16384, false],
      ['stdout', 3, false],
    ]);
  });

  it('delivers 20000 lines once each, in order', async () => {
    const id = await start('i=0; while [ $i -lt 20000 ]; do echo $i; i=$((i+1)); done');
    const lines = linesOf(await read(id, true));
    expect(lines).toHaveLength(20_000);
    expect(lines.every((line, index) => line === String(index))).toBe(true);
  });

  it('ends when nobody listens any more', async () => {
    const id = await start('echo one; sleep 1000');
    const stop = new AbortController();
    const reading = (async () => {
      for await (const { line } of runtime.streams.logs(id, { follow: true }, stop.signal)) {
        if (line.toString() === 'one') stop.abort(new Error('enough'));
      }
    })();
    await expect(reading).rejects.toThrow('enough');
  });

  it('says that a container is gone', async () => {
    await expect(read('0123456789ab', false)).rejects.toMatchObject({ code: 'NotFound' });
  });
});

describe('dial', () => {
  beforeAll(async () => {
    await start(
      'mkdir /www; echo hello > /www/index.html; httpd -p 8080 -h /www; exec httpd -f -p 127.0.0.1:8081 -h /www',
    );
  });

  const say = async (host: 'pod' | 'loopback', port: number, direct?: boolean): Promise<string> => {
    const target = { host, port };
    const connection =
      direct === undefined
        ? await runtime.streams.dial(sandbox.id, target, signal)
        : await dial(world.engine, sandbox.id, target, direct, signal);
    connection.end('GET / HTTP/1.0\r\n\r\n');
    return (await bytesOf(connection)).toString().split('\r\n\r\n')[1] ?? 'nothing';
  };

  it('reaches the pod at its address, directly and from inside', async () => {
    expect(await eventually('server', async () => say('pod', 8080))).toBe('hello\n');
    expect(await eventually('server', async () => say('pod', 8080, false))).toBe('hello\n');
  });

  it('reaches the loopback of the pod', async () => {
    expect(await eventually('server', async () => say('loopback', 8081))).toBe('hello\n');
  });

  it('does not reach a loopback listener at the address of the pod, as a kubelet does not', async () => {
    await expect(say('pod', 8081)).rejects.toMatchObject({ code: 'Unavailable' });
    await expect(say('pod', 8081, false)).rejects.toThrow(/^dial tcp [\d.]+:8081: connect: connection refused$/);
  });

  it('says why it is refused', async () => {
    await expect(say('loopback', 9)).rejects.toMatchObject({
      code: 'Unavailable',
      message: 'dial tcp 127.0.0.1:9: connect: connection refused',
    });
  });
});

describe('volumes of a pod', () => {
  const mounts = (): ContainerSpec['mounts'] => [
    { type: 'volume', volume: `${world.nodeName}-data`, target: '/data', readOnly: false },
  ];

  it('have the owner and mode they were given before any container started', async () => {
    expect(await ended(await start('[ "$(stat -c %a:%u:%g /data)" = 2775:7:8 ]', { mounts: mounts() }))).toBe(0);
  });

  it('are shared by its containers and outlive each of them', async () => {
    expect(await ended(await start('echo kept > /data/file', { mounts: mounts() }))).toBe(0);
    expect(await ended(await start('[ "$(cat /data/file)" = kept ]', { mounts: mounts() }))).toBe(0);
  });
});
