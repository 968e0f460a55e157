import { once } from 'node:events';
import type { Duplex } from 'node:stream';

import Docker from 'dockerode';

import { sandboxImage } from '../../../src/docker/sandbox-image.js';
import { eventually } from '../../support/eventually.js';

/** Marks everything these tests make on the engine. */
const LABEL = 'dev.kubelette.test';

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Containers and volumes of one test file on the real engine, without the agent in between. */
export class PauseBench {
  readonly docker = new Docker();
  readonly #owner: string;
  readonly #volumes: string[] = [];
  #image = '';

  /** @param owner unique to the test file; what an aborted run left under it is removed at the start of the next. */
  constructor(owner: string) {
    this.#owner = owner;
  }

  async start(): Promise<void> {
    await this.stop();
    const { Arch } = await this.docker.version();
    const { reference, archive } = sandboxImage(Arch);
    await drain(await this.docker.loadImage(archive as unknown as NodeJS.ReadableStream, { quiet: true }));
    this.#image = reference;
  }

  /** Removes every container and volume of this owner. */
  async stop(): Promise<void> {
    const filters = { label: [`${LABEL}=${this.#owner}`] };
    for (const { Id } of await this.docker.listContainers({ all: true, filters })) {
      await this.docker.getContainer(Id).remove({ force: true, v: true });
    }
    for (const { Name } of (await this.docker.listVolumes({ filters })).Volumes) {
      await this.docker.getVolume(Name).remove();
    }
  }

  async volume(): Promise<string> {
    const name = `${this.#owner}-${this.#volumes.length}`;
    this.#volumes.push(name);
    await this.docker.createVolume({ Name: name, Labels: { [LABEL]: this.#owner } });
    return name;
  }

  /** Starts the sandbox image with these arguments. */
  async sandbox(args: readonly string[], hostConfig: Docker.HostConfig = {}): Promise<Docker.Container> {
    return this.#run({ Image: this.#image, Cmd: [...args], HostConfig: hostConfig });
  }

  /** Starts a shell command in a container of its own. */
  async shell(command: string, hostConfig: Docker.HostConfig = {}): Promise<Docker.Container> {
    return this.#run({ Image: 'kubelette.local/busybox:1', Cmd: ['sh', '-c', command], HostConfig: hostConfig });
  }

  async #run(options: Docker.ContainerCreateOptions): Promise<Docker.Container> {
    const container = await this.docker.createContainer({ ...options, Labels: { [LABEL]: this.#owner } });
    await container.start();
    return container;
  }

  /** Runs a command in a container; `input` is its whole stdin, followed by the end of it. */
  async exec(container: Docker.Container, command: readonly string[], input?: Buffer): Promise<ExecResult> {
    const { exec, stream } = await this.open(container, command);
    stream.end(input);
    const { stdout, stderr } = split(await drain(stream));
    // Its output ends before the engine knows how it ended.
    const exitCode = await eventually('the command has ended', async () => {
      const { ExitCode, Running } = await exec.inspect();
      return !Running && (ExitCode ?? undefined);
    });
    return { exitCode, stdout, stderr: stderr.toString() };
  }

  /** Starts a command in a container and hands out its stdin and its (still multiplexed) output. */
  async open(container: Docker.Container, command: readonly string[]): Promise<{ exec: Docker.Exec; stream: Duplex }> {
    const exec = await container.exec({
      Cmd: [...command],
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
    });
    return { exec, stream: await exec.start({ hijack: true, stdin: true }) };
  }

  /** All the container has written to stdout so far. */
  async stdout(container: Docker.Container): Promise<string> {
    return split(await container.logs({ stdout: true, follow: false })).stdout.toString();
  }
}

async function drain(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(stream, 'end');
  return Buffer.concat(chunks);
}

/** Takes the engine's frames apart: one byte stream, three zero, four of length, then the bytes. */
function split(frames: Buffer): { stdout: Buffer; stderr: Buffer } {
  const parts: [Buffer[], Buffer[]] = [[], []];
  for (let at = 0; at < frames.length;) {
    const length = frames.readUInt32BE(at + 4);
    parts[frames[at] === 2 ? 1 : 0].push(frames.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return { stdout: Buffer.concat(parts[0]), stderr: Buffer.concat(parts[1]) };
}
