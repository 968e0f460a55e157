import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { BUSYBOX } from './docker-world.js';
import { eventually } from './eventually.js';

const run = promisify(execFile);

/**
 * A Docker engine of its own, to be stopped, frozen and killed: with its own directories, socket and containerd, and in a
 * network namespace of its own, because dockerd rewrites the packet filter it finds. Needs root and the engine's programs
 * on this machine. Pod addresses are reachable from inside that namespace only, and most likely the same as those of the pods
 * of the machine's own engine.
 */
export class PrivateEngine {
  readonly #directory: string;
  readonly #namespace: string;
  readonly docker: Docker;
  #daemon: ChildProcess | undefined;

  private constructor(directory: string, namespace: string) {
    this.#directory = directory;
    this.#namespace = namespace;
    this.docker = new Docker({ socketPath: join(directory, 'docker.sock') });
  }

  /** Where it keeps images, containers and volumes. */
  get dataRoot(): string {
    return join(this.#directory, 'data');
  }

  /** Everything is prepared; the engine is not started. */
  static async open(): Promise<PrivateEngine> {
    const namespace = `kubelette-${randomUUID().slice(0, 8)}`;
    await run('ip', ['netns', 'add', namespace]);
    await run('nsenter', [`--net=/run/netns/${namespace}`, 'ip', 'link', 'set', 'lo', 'up']);
    return new PrivateEngine(await mkdtemp(join(tmpdir(), 'kubelette-engine-')), namespace);
  }

  get host(): string {
    return `unix://${join(this.#directory, 'docker.sock')}`;
  }

  /** Starts it and waits until it answers. @param flags more of them, such as `--live-restore` */
  async start(...flags: readonly string[]): Promise<void> {
    const at = (name: string): string => join(this.#directory, name);
    // Not through `ip netns exec`: that mounts another /sys, without control groups.
    const daemon = spawn(
      'nsenter',
      [
        `--net=/run/netns/${this.#namespace}`,
        ...['dockerd', '--host', this.host, '--data-root', at('data'), '--exec-root', at('exec')],
        ...['--pidfile', at('pid'), '--log-level', 'warn', ...flags],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const log = createWriteStream(at('log'), { flags: 'a' });
    daemon.stdout.pipe(log, { end: false });
    daemon.stderr.pipe(log, { end: false });
    this.#daemon = daemon;
    await eventually(
      'the private engine answers',
      async () => {
        if (daemon.exitCode !== null) throw new Error(`it ended with ${String(daemon.exitCode)}:\n${await this.log()}`);
        await this.docker.ping();
        return true;
      },
      60_000,
    ).catch(async (error: unknown) => {
      throw new Error(`a private engine does not start:\n${await this.log()}`, { cause: error });
    });
  }

  /** The tests' image, from the engine everybody uses. */
  async copyImage(): Promise<void> {
    const image = await new Docker().getImage(BUSYBOX).get();
    const answer = await this.docker.loadImage(image);
    answer.resume();
    await once(answer, 'end');
  }

  /** Freezes it as it is, with all connections open, or lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#daemon?.kill(signal);
  }

  /** As `systemctl stop docker`, or as a crash. Resolves when it is gone. Not running is fine. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const daemon = this.#daemon;
    this.#daemon = undefined;
    if (daemon === undefined || daemon.exitCode !== null) return;
    const ended = once(daemon, 'exit');
    daemon.kill(signal);
    await ended;
    // A dockerd that starts while this one is still dying takes it for a containerd that can be used.
    const pid = await readFile(join(this.#directory, 'exec', 'containerd', 'containerd.pid'), 'utf8').catch(() => '');
    if (pid !== '') await eventually('its containerd is gone', async () => !(await isThere(`/proc/${pid.trim()}`)));
  }

  /** The end of what the daemon wrote. */
  async log(): Promise<string> {
    return (await readFile(join(this.#directory, 'log'), 'utf8').catch(() => '')).split('\n').slice(-30).join('\n');
  }

  /** Ends the engine with everything on it and takes away what it made. */
  async close(): Promise<void> {
    await this.end('SIGTERM');
    await endProcessesOf(this.#directory);
    await unmountBelow(this.#directory);
    await rm(this.#directory, { recursive: true, force: true });
    await run('ip', ['netns', 'del', this.#namespace]);
  }
}

const isThere = async (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** What a killed engine leaves running: its containers, below shims that name its directory. */
async function endProcessesOf(directory: string): Promise<void> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const processes = await Promise.all(
    pids.map(async (pid) => {
      const [stat, command] = await Promise.all(
        ['stat', 'cmdline'].map(async (name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')),
      );
      // `pid (name) state ppid`: the name may hold anything.
      const parent = (stat ?? '').slice((stat ?? '').lastIndexOf(')') + 2).split(' ')[1];
      return { pid, parent, own: pid !== String(process.pid) && (command ?? '').includes(directory) };
    }),
  );
  const doomed = new Set(processes.filter(({ own }) => own).map(({ pid }) => pid));
  for (let before = -1; before !== doomed.size;) {
    before = doomed.size;
    for (const { parent, pid } of processes) if (doomed.has(parent ?? '')) doomed.add(pid);
  }
  for (const pid of doomed) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
  await eventually('the processes of the engine are gone', async () => {
    const left = await Promise.all([...doomed].map(async (pid) => isThere(`/proc/${pid}`)));
    return !left.includes(true);
  });
}

async function unmountBelow(directory: string): Promise<void> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '');
  for (const mount of mounts.filter((path) => path.startsWith(`${directory}/`)).reverse()) {
    await run('umount', ['--lazy', mount]);
  }
}
