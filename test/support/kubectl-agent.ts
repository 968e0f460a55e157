import { afterAll, beforeAll } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startAgent, type Agent } from '../../src/agent.js';
import { systemClock } from '../../src/lib/clock.js';
import { silentLogger } from '../../src/lib/logger.js';
import { eventually } from './eventually.js';
import { kubectl134, kubectlDirectory } from './kubectl.js';
import { removeLeftovers } from './leftovers.js';

/** What a command line gave. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command line that still runs. What it wrote grows. */
export interface Running {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly errors: () => string;
  readonly ended: Promise<Outcome>;
}

/** A user's shell in a directory of its own, with kubectl and helm, and a kubeconfig that leads to the agent. */
export class KubectlShell {
  readonly directory: string;
  readonly kubeconfig: string;
  readonly #kubectl: string;
  readonly #running = new Set<ChildProcess>();

  constructor(directory: string, kubeconfig: string, kubectl = kubectl134()) {
    this.directory = directory;
    this.kubeconfig = kubeconfig;
    this.#kubectl = kubectl;
  }

  /** Runs a line to its end and gives what it wrote. @throws Error with what it wrote when it fails */
  async ok(line: string, input: string | Buffer = ''): Promise<string> {
    const outcome = await this.run(line, input);
    if (outcome.code === 0) return outcome.stdout;
    throw new Error(`${line}\nended with ${String(outcome.code)}\n${outcome.stdout}${outcome.stderr}`);
  }

  /** As `ok`, and the output is JSON. */
  async json<T = unknown>(line: string): Promise<T> {
    return JSON.parse(await this.ok(line)) as T;
  }

  /** What a container logged, once it has written this: that it is ready does not say that it has written. */
  async logged(line: string, written: string): Promise<string> {
    return eventually(`${line} has ${JSON.stringify(written)}`, async () => {
      const { code, stdout, stderr } = await this.run(line);
      if (code === 0 && stdout.includes(written)) return stdout;
      throw new Error(stdout + stderr);
    });
  }

  run(line: string, input: string | Buffer = ''): Promise<Outcome> {
    const { child, ended } = this.start(line);
    child.stdin?.end(input);
    return ended;
  }

  /** Like typing the line: its standard input stays open. */
  start(line: string): Running {
    const child = spawn('sh', ['-c', line], { cwd: this.directory, env: this.#environment(), detached: true });
    this.#running.add(child);
    // A program that does not read to the end is no failure of the test.
    child.stdin.on('error', () => undefined);
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    const output = (): string => Buffer.concat(out).toString();
    const errors = (): string => Buffer.concat(err).toString();
    const ended = new Promise<Outcome>((resolve, reject) => {
      child
        .on('error', reject)
        .on('exit', () => this.#running.delete(child))
        .on('close', (code) => resolve({ code, stdout: output(), stderr: errors() }));
    });
    return { child, output, errors, ended };
  }

  /** Runs the line while the test does something, then ends it as Ctrl-C would. */
  async during<T>(line: string, work: (running: Running) => Promise<T>): Promise<T> {
    const running = this.start(line);
    try {
      return await work(running);
    } finally {
      interrupt(running.child);
      await running.ended;
    }
  }

  /** A file in the directory of the shell. Objects become JSON, which kubectl reads as well as YAML. */
  async file(name: string, content: string | Buffer | object): Promise<void> {
    const bytes = typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content);
    await writeFile(join(this.directory, name), bytes);
  }

  read(name: string): Promise<Buffer> {
    return readFile(join(this.directory, name));
  }

  /** Ends what still runs. */
  close(): void {
    for (const child of this.#running) interrupt(child);
  }

  #environment(): NodeJS.ProcessEnv {
    const path = [dirname(this.#kubectl), kubectlDirectory(), process.env['PATH'] ?? ''].join(':');
    const cache = join(this.directory, `.cache-${dirname(this.#kubectl).replaceAll('/', '_')}`);
    return { PATH: path, HOME: this.directory, KUBECONFIG: this.kubeconfig, KUBECACHEDIR: cache, SHELL: '/bin/sh' };
  }
}

function interrupt({ pid, exitCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null) return;
  try {
    // The shell and all that it started.
    process.kill(-pid, 'SIGINT');
  } catch {
    // It has just ended.
  }
}

/** A real agent on the real engine that serves its API, and a shell that is connected to it. */
export interface KubectlAgent {
  readonly agent: Agent;
  readonly dataDir: string;
  readonly shell: KubectlShell;
  /** A shell with another kubectl. */
  shellWith(kubectl: string): KubectlShell;
}

/** Manifests of static pods, by the names of their files. */
type Manifests = Readonly<Record<string, object>>;

/** One for all tests of the file. @param name part of the node's name */
export function useKubectl(name: string, manifests: Manifests = {}): KubectlAgent {
  let current: (KubectlAgent & { close(): Promise<void> }) | undefined;
  const started = (): KubectlAgent => {
    if (current === undefined) throw new Error('the agent has not started');
    return current;
  };
  beforeAll(async () => {
    current = await startKubectlAgent(name, manifests);
  });
  afterAll(() => current?.close());
  return {
    get agent() {
      return started().agent;
    },
    get dataDir() {
      return started().dataDir;
    },
    get shell() {
      return started().shell;
    },
    shellWith: (kubectl) => started().shellWith(kubectl),
  };
}

async function startKubectlAgent(
  name: string,
  manifests: Manifests,
): Promise<KubectlAgent & { close(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'kubelette-kubectl-'));
  const dataDir = join(directory, 'data');
  const manifestDir = join(directory, 'manifests');
  await mkdir(manifestDir);
  for (const [file, manifest] of Object.entries(manifests))
    await writeFile(join(manifestDir, file), JSON.stringify(manifest));
  const agent = await startAgent({
    nodeName: `test-${name}-${randomUUID().slice(0, 8)}`,
    dataDir,
    manifestDir,
    ephemeral: false,
    listen: { host: '127.0.0.1', port: 0 },
    clock: systemClock,
    logger: silentLogger,
  });
  await agent.ready;
  const kubeconfig = join(dataDir, 'kubeconfig');
  const shells = [new KubectlShell(directory, kubeconfig)] as [KubectlShell, ...KubectlShell[]];
  await eventually('the default namespace is there', () => agent.store.get('Namespace', 'default') !== undefined);
  return {
    agent,
    dataDir,
    shell: shells[0],
    shellWith: (kubectl) => {
      const shell = new KubectlShell(directory, kubeconfig, kubectl);
      shells.push(shell);
      return shell;
    },
    close: async () => {
      for (const shell of shells) shell.close();
      await agent.stop({ deletePods: true, graceSeconds: 0 });
      // Claims outlive pods and agents.
      await removeLeftovers(agent.nodeName);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
