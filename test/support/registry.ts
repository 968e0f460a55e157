import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import Docker from 'dockerode';
import { BUSYBOX } from './docker-world.js';
import { eventually } from './eventually.js';

const run = promisify(execFile);

/** The login of a registry that wants one. The line has the password in it, by bcrypt. */
export const LOGIN = { username: 'user', password: 'pass' } as const;
const HTPASSWD = 'user:$2b$05$abcdefghijklmnopqrstuuZFBUbfXoM8LFiPx8LYlO/sXZB/Cwk3K\n';

const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const LAYER = 'application/vnd.docker.image.rootfs.diff.tar.gzip';

interface Manifest {
  readonly config: Blob;
  readonly layers: readonly Blob[];
}
interface Blob {
  readonly mediaType: string;
  readonly size: number;
  readonly digest: string;
}

/** Takes a request instead of the registry by returning true; may take its time. */
type Intercept = (line: string, response: ServerResponse) => boolean | Promise<boolean>;

/**
 * A registry of the test's own (the Debian package docker-registry) on loopback, where engines need no TLS, behind a proxy
 * that counts and may disturb. `close` also takes from the engine what came from it.
 */
export class TestRegistry {
  /** `127.0.0.1:41234`. */
  readonly host: string;
  /** Requests in order: `GET /v2/app/manifests/1`. */
  readonly requests: string[] = [];
  intercept: Intercept = () => false;
  readonly #docker = new Docker();
  readonly #process: ChildProcess;
  readonly #proxy: Server;
  readonly #directory: string;
  readonly #upstream: number;

  private constructor(child: ChildProcess, proxy: Server, directory: string, upstream: number) {
    this.#process = child;
    this.#proxy = proxy;
    this.#directory = directory;
    this.#upstream = upstream;
    this.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    proxy.on('request', (incoming: IncomingMessage, response: ServerResponse) => void this.#serve(incoming, response));
  }

  /** With the tests' image in it as `app:1`. @param options.login only who has `LOGIN` may push and pull */
  static async open(options: { readonly login?: boolean } = {}): Promise<TestRegistry> {
    const directory = await mkdtemp(join(tmpdir(), 'kubelette-registry-'));
    await writeFile(join(directory, 'htpasswd'), HTPASSWD);
    const auth = `auth: {htpasswd: {realm: test, path: ${join(directory, 'htpasswd')}}}\n`;
    await writeFile(
      join(directory, 'config.yml'),
      `version: 0.1
log: {level: info, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: ${join(directory, 'data')}}, delete: {enabled: true}}
http: {addr: 127.0.0.1:0}
${options.login === true ? auth : ''}`,
    );
    const { stdout: program } = await run('bash', ['scripts/registry.sh']);
    const child = spawn(program.trim(), ['serve', join(directory, 'config.yml')], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, OTEL_TRACES_EXPORTER: 'none' },
    });
    const port = await listeningPort(child);
    const proxy = createServer().listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const registry = new TestRegistry(child, proxy, directory, port);
    await registry.push(BUSYBOX, 'app', '1');
    return registry;
  }

  /** As images name it: `127.0.0.1:41234/app:1`. */
  ref(name: string): string {
    return `${this.host}/${name}`;
  }

  /** Puts an image of the engine here. */
  async push(image: string, repository: string, tag: string): Promise<void> {
    const repo = this.ref(repository);
    await this.#docker.getImage(image).tag({ repo, tag });
    const pushed = this.#docker.getImage(`${repo}:${tag}`);
    const answer = await pushed.push({ authconfig: { ...LOGIN, serveraddress: this.host } });
    let last = '';
    for await (const line of createInterface({ input: answer })) if (line.includes('"error')) last = line;
    await pushed.remove();
    if (last !== '') throw new Error(`push of ${repo}:${tag}: ${last}`);
  }

  /**
   * Another image made of `app:1`: with one more environment variable, and `bytes` of noise in a layer of its own.
   * @returns its digest
   */
  async variant(repository: string, tag: string, env: string, bytes = 0): Promise<string> {
    const base = JSON.parse((await this.#get('app', 'manifests/1')).toString()) as Manifest;
    const config = JSON.parse((await this.#get('app', `blobs/${base.config.digest}`)).toString()) as {
      config: { Env?: string[] | null };
      rootfs: { diff_ids: string[] };
    };
    config.config.Env = [...(config.config.Env ?? []), env];
    const layers = await Promise.all(
      base.layers.map(async ({ digest }) =>
        this.#putBlob(repository, LAYER, await this.#get('app', `blobs/${digest}`)),
      ),
    );
    if (bytes > 0) {
      const layer = await this.#noise(bytes);
      config.rootfs.diff_ids.push(sha256(gunzipSync(layer)));
      layers.push(await this.#putBlob(repository, LAYER, layer));
    }
    const made = await this.#putBlob(repository, base.config.mediaType, Buffer.from(JSON.stringify(config)));
    const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config: made, layers }));
    await this.#send('PUT', `/v2/${repository}/manifests/${tag}`, manifest, MANIFEST);
    return sha256(manifest);
  }

  async close(): Promise<void> {
    for (const { RepoTags, RepoDigests } of await this.#docker.listImages()) {
      for (const name of [...(RepoTags ?? []), ...(RepoDigests ?? [])].filter((one) => one.startsWith(`${this.host}/`)))
        await this.#docker
          .getImage(name)
          .remove({ force: true })
          .catch(() => undefined);
    }
    this.#proxy.close();
    this.#proxy.closeAllConnections();
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const line = `${incoming.method ?? ''} ${incoming.url ?? ''}`;
    this.requests.push(line);
    if (await this.intercept(line, response)) return;
    const { headers, method, url } = incoming;
    const onward = request({ port: this.#upstream, host: '127.0.0.1', method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    incoming.pipe(onward);
  }

  async #noise(bytes: number): Promise<Buffer> {
    await writeFile(join(this.#directory, 'noise'), randomBytes(bytes));
    const { stdout } = await run('tar', ['-cz', '-C', this.#directory, 'noise'], {
      encoding: 'buffer',
      maxBuffer: 2 * bytes + 65_536,
    });
    return stdout;
  }

  async #get(repository: string, path: string): Promise<Buffer> {
    const { body } = await this.#send('GET', `/v2/${repository}/${path}`, undefined, MANIFEST);
    return body;
  }

  async #putBlob(repository: string, mediaType: string, content: Buffer): Promise<Blob> {
    const { headers } = await this.#send('POST', `/v2/${repository}/blobs/uploads/`);
    const upload = new URL(headers.get('location') ?? '', `http://127.0.0.1:${this.#upstream}`);
    const digest = sha256(content);
    upload.searchParams.set('digest', digest);
    await this.#send('PUT', upload.pathname + upload.search, content, 'application/octet-stream');
    return { mediaType, size: content.length, digest };
  }

  async #send(
    method: string,
    path: string,
    body?: Buffer,
    type = '',
  ): Promise<{ readonly headers: Headers; readonly body: Buffer }> {
    const authorization = `Basic ${Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString('base64')}`;
    const answer = await fetch(`http://127.0.0.1:${this.#upstream}${path}`, {
      method,
      headers: { authorization, accept: type, 'content-type': type },
      ...(body === undefined ? {} : { body: new Uint8Array(body) }),
    });
    const content = Buffer.from(await answer.arrayBuffer());
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${content.toString()}`);
    return { headers: answer.headers, body: content };
  }
}

const sha256 = (content: Buffer): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;

/** It says so in its log; nothing else knows a port that is free. */
async function listeningPort(child: ChildProcess): Promise<number> {
  const lines: string[] = [];
  child.on('error', (error) => lines.push(error.message));
  if (child.stderr === null) throw new Error('its log cannot be read');
  child.stderr.setEncoding('utf8').on('data', (text: string) => lines.push(text));
  return eventually('the registry listens', () => {
    const port = /listening on 127\.0\.0\.1:(\d+)/.exec(lines.join(''))?.[1];
    if (port === undefined) throw new Error(lines.join(''));
    return Number(port);
  });
}
