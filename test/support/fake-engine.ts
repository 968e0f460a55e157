import type { ImageListed } from '../../src/runtime/runtime.js';
import type { Clock } from '../../src/lib/clock.js';
import { KubeletteError } from '../../src/lib/errors.js';
import type { PodIdentity } from '../../src/runtime/observed.js';
import type { HostPathKind, VolumeContents } from '../../src/runtime/volumes.js';
import type { ContainerSpec, SandboxSpec } from '../../src/runtime/specs.js';

/** How a container's process behaves once started. Everything absent: it runs until it is stopped, and obeys SIGTERM. */
export interface Behaviour {
  readonly exitAfterMs?: number;
  /** Of an exit by itself; 0 when absent. */
  readonly exitCode?: number;
  readonly ignoresTerm?: boolean;
  /** How long it takes after SIGTERM; 0 when absent. */
  readonly termAfterMs?: number;
  /** 143 when absent. */
  readonly termExitCode?: number;
  /** It cannot be started at all: 126, 127 or 128 and the engine's words. */
  readonly startError?: { readonly exitCode: number; readonly message: string };
}

export interface FakeContainer {
  readonly id: string;
  readonly engineName: string;
  readonly owner: { readonly nodeName: string; readonly agentId: string };
  readonly pod: PodIdentity;
  readonly spec:
    | ({ readonly role: 'sandbox' } & SandboxSpec)
    | ({ readonly role: 'container'; readonly sandboxInstance: string } & ContainerSpec);
  readonly createdAt: number;
  state: 'created' | 'running' | 'exited';
  paused: boolean;
  startedAt?: number;
  finishedAt?: number;
  exitCode: number;
  oomKilled: boolean;
  engineError: string;
  pid: number;
  /** Somebody took it off its network. */
  cutOff?: true;
  /** Counts starts: with the id it names the namespaces a sandbox holds now. */
  starts: number;
  /** Of a running container: which network and IPC namespaces it is in, which PID namespace. */
  namespaces: { readonly net: string; readonly ipc: string; readonly pid: string };
  behaviour: Behaviour;
  /** Aborts when the process is gone. */
  life: AbortController;
}

export interface FakeEvent {
  readonly container: FakeContainer;
  readonly action: string;
}

export interface FakeImage {
  readonly id: string;
  readonly sizeBytes: number;
  readonly user: string;
}

/**
 * An engine in memory with the true semantics: names are unique, what failed to start stays `created` with an exit
 * code, what joined a sandbox stays in its old namespaces when that dies or is restarted. Its public methods are what
 * people do to an engine by hand; agents go through `FakeRuntime`.
 */
export class FakeEngine {
  readonly clock: Clock;
  readonly containers = new Map<string, FakeContainer>();
  /** `podUid` is empty for a claim's. */
  readonly volumes = new Map<string, { readonly podUid: string; readonly owner: FakeContainer['owner'] }>();
  /** What was written last, by name on the engine. */
  readonly contents = new Map<string, VolumeContents>();
  /** Of a new engine. To be set before a runtime is made. */
  canMountImages = true;
  /** Bytes on disk, by name on the engine. */
  readonly usage = new Map<string, number>();
  /** What paths of the host are; `directory` for those not named here. */
  readonly hostPaths = new Map<string, HostPathKind>();
  /** By reference and by id. */
  readonly images = new Map<string, FakeImage>();
  /** What a registry would have: pulling moves it to `images`. */
  readonly registry = new Map<string, FakeImage>();
  readonly listeners = new Set<(event: FakeEvent | 'lost') => void>();
  /** How new containers behave, by container name of the pod. */
  readonly behaviours = new Map<string, Behaviour | ((attempt: number) => Behaviour)>();
  /** For names that are not in `behaviours`. */
  interpret: (spec: ContainerSpec) => Behaviour = () => ({});
  /** Does the engine answer? */
  down = false;
  /** Told to end: it answers who is connected, and takes no new connection. */
  stopping = false;
  #serial = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Makes an image present (or pullable, in `registry`), and returns it. */
  addImage(reference: string, where: 'local' | 'registry' = 'local', user = ''): FakeImage {
    this.#serial += 1;
    const image = { id: `sha256:${String(this.#serial).padStart(64, '0')}`, sizeBytes: 1_000_000, user };
    if (where === 'registry') this.registry.set(reference, image);
    else this.images.set(reference, image).set(image.id, image);
    return image;
  }

  listImages(): readonly ImageListed[] {
    const ids = new Set([...this.images.values()].map(({ id }) => id));
    return [...ids].map((id) => ({
      id,
      tags: [...this.images].filter(([name, image]) => image.id === id && name !== id).map(([name]) => name),
      digests: [],
      sizeBytes: this.images.get(id)?.sizeBytes ?? 0,
      inUse: this.#usesImage(id),
    }));
  }

  removeImage(reference: string): void {
    const id = this.images.get(reference)?.id;
    if (id === undefined) return;
    const isLastName = this.listImages().some((image) => image.id === id && image.tags.length < 2);
    if (isLastName && this.#usesImage(id)) throw fail('Conflict', `conflict: unable to remove ${reference}`);
    this.images.delete(reference);
    if (isLastName) this.images.delete(id);
  }

  #usesImage(id: string): boolean {
    return [...this.containers.values()].some(({ spec }) => spec.role === 'container' && spec.imageId === id);
  }

  add(spec: FakeContainer['spec'], engineName: string, owner: FakeContainer['owner']): FakeContainer {
    this.#serial += 1;
    const container: FakeContainer = {
      id: this.#serial.toString(16).padStart(64, '0'),
      engineName,
      owner,
      pod: spec.pod,
      spec,
      createdAt: this.clock.now(),
      state: 'created',
      paused: false,
      exitCode: 0,
      oomKilled: false,
      engineError: '',
      pid: 0,
      starts: 0,
      namespaces: { net: '', ipc: '', pid: '' },
      behaviour: this.#behaviourOf(spec),
      life: new AbortController(),
    };
    this.containers.set(container.id, container);
    this.#emit(container, 'create');
    return container;
  }

  /** @throws NotFound with the engine's words */
  get(id: string): FakeContainer {
    const container = this.containers.get(id);
    if (container === undefined) throw fail('NotFound', `No such container: ${id}`);
    return container;
  }

  start(id: string): void {
    const container = this.get(id);
    if (container.state === 'running') return;
    const joined = this.#joined(container);
    const { startError } = container.behaviour;
    if (joined === 'dead') {
      const message = `cannot join network of a non running container: ${this.#sandboxId(container)}`;
      this.#failStart(container, 128, message);
      throw fail('Conflict', message);
    }
    if (startError !== undefined) {
      this.#failStart(container, startError.exitCode, startError.message);
      throw fail('Invalid', startError.message);
    }
    this.#serial += 1;
    container.starts += 1;
    container.pid = 1_000 + this.#serial;
    container.state = 'running';
    container.startedAt = this.clock.now();
    delete container.finishedAt;
    container.exitCode = 0;
    container.engineError = '';
    container.life = new AbortController();
    container.namespaces = this.#namespaces(container, joined);
    this.#emit(container, 'start');
    const { exitAfterMs, exitCode } = container.behaviour;
    if (exitAfterMs !== undefined) this.#later(container, exitAfterMs, () => this.die(container, exitCode ?? 0));
  }

  /** Sends SIGTERM; returns at once. */
  terminate(container: FakeContainer): void {
    const { ignoresTerm, termAfterMs, termExitCode } = container.behaviour;
    if (ignoresTerm !== true) this.#later(container, termAfterMs ?? 0, () => this.die(container, termExitCode ?? 143));
  }

  /** The process is gone, and with the first process of a PID namespace everything in it. */
  die(container: FakeContainer, exitCode: number): void {
    if (container.state !== 'running') return;
    container.state = 'exited';
    container.paused = false;
    container.exitCode = exitCode;
    container.finishedAt = this.clock.now();
    const { pid: namespace } = container.namespaces;
    const first = namespace === this.#ownNamespace(container);
    container.pid = 0;
    container.life.abort();
    this.#emit(container, 'die');
    if (!first) return;
    for (const other of this.containers.values()) {
      if (other.state === 'running' && other.namespaces.pid === namespace) this.die(other, 137);
    }
  }

  /** `docker kill`. */
  kill(id: string): void {
    this.die(this.get(id), 137);
  }

  /** The kernel's out-of-memory killer took its main process. */
  killForMemory(id: string): void {
    const container = this.get(id);
    container.oomKilled = true;
    this.#emit(container, 'oom');
    this.die(container, 137);
  }

  /** `docker restart`. */
  restart(id: string): void {
    this.die(this.get(id), 143);
    this.start(id);
  }

  /** `docker rm -f`. */
  remove(id: string): void {
    const container = this.get(id);
    this.die(container, 137);
    this.containers.delete(id);
    this.#emit(container, 'destroy');
  }

  /** `docker pause` and `docker unpause`. */
  /** No event of a container tells of it. */
  disconnect(id: string): void {
    this.get(id).cutOff = true;
  }

  setPaused(id: string, paused: boolean): void {
    const container = this.get(id);
    container.paused = paused;
    this.#emit(container, paused ? 'pause' : 'unpause');
  }

  /** The engine goes away and comes back without live-restore: everything that ran has been killed. */
  restartEngine(): void {
    for (const listener of this.listeners) listener('lost');
    this.listeners.clear();
    for (const container of this.containers.values()) {
      this.die(container, container.spec.role === 'sandbox' ? 0 : 137);
    }
  }

  byName(engineName: string): FakeContainer | undefined {
    return [...this.containers.values()].find((container) => container.engineName === engineName);
  }

  #behaviourOf(spec: FakeContainer['spec']): Behaviour {
    if (spec.role === 'sandbox') return { termExitCode: 0 };
    const behaviour = this.behaviours.get(spec.name) ?? this.interpret(spec);
    return typeof behaviour === 'function' ? behaviour(spec.attempt) : behaviour;
  }

  #sandboxId({ spec }: FakeContainer): string | undefined {
    return spec.role === 'container' ? spec.sandbox.id : undefined;
  }

  #joined(container: FakeContainer): FakeContainer | 'dead' | undefined {
    const id = this.#sandboxId(container);
    if (id === undefined) return undefined;
    const sandbox = this.get(id);
    return sandbox.state === 'running' ? sandbox : 'dead';
  }

  #ownNamespace = (container: FakeContainer): string => `${container.id}#${container.starts}`;

  #namespaces(container: FakeContainer, sandbox: FakeContainer | undefined): FakeContainer['namespaces'] {
    const own = this.#ownNamespace(container);
    if (container.spec.role === 'sandbox' || sandbox === undefined) return { net: own, ipc: own, pid: own };
    const { net, ipc } = sandbox.namespaces;
    const { pid } = container.spec;
    if (pid === 'own') return { net, ipc, pid: own };
    if (pid === 'host') return { net, ipc, pid: 'host' };
    return { net, ipc, pid: pid === 'sandbox' ? sandbox.namespaces.pid : this.get(pid.containerId).namespaces.pid };
  }

  #failStart(container: FakeContainer, exitCode: number, message: string): void {
    container.exitCode = exitCode;
    container.engineError = message;
  }

  #later(container: FakeContainer, ms: number, act: () => void): void {
    if (ms === 0) act();
    else
      void this.clock.sleep(ms, container.life.signal).then(act, () => {
        // It died before.
      });
  }

  #emit(container: FakeContainer, action: string): void {
    for (const listener of this.listeners) listener({ container, action });
  }
}

/** An error as `DockerRuntime` words what the engine says. */
export const fail = (code: KubeletteError['code'], message: string): KubeletteError =>
  new KubeletteError(code, `Error response from daemon: ${message}`);
