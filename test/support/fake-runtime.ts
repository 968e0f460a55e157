import { abortable } from '../../src/lib/abort.js';
import { KubeletteError } from '../../src/lib/errors.js';
import type { ObservedContainer, ObservedPod, ObservedSandbox } from '../../src/runtime/observed.js';
import type {
  ContainerRuntime,
  EngineInfo,
  ImageService,
  RuntimeHint,
  WhileStarting,
} from '../../src/runtime/runtime.js';
import type { ResourceSettings } from '../../src/runtime/resource-settings.js';
import type { ContainerSpec, SandboxSpec } from '../../src/runtime/specs.js';
import type { VolumeService } from '../../src/runtime/volumes.js';
import { fail, type FakeContainer, type FakeEngine, type FakeEvent } from './fake-engine.js';
import { FakeStreams } from './fake-streams.js';

export type FakeVerb =
  | Exclude<keyof ContainerRuntime, 'events'>
  | `images.${keyof ImageService}`
  | `volumes.${Exclude<keyof VolumeService, 'canMountImages'>}`;

/** Trouble for one call (or `times` calls) of a verb. */
export interface Fault {
  readonly verb: FakeVerb;
  /** Nothing happened; it happened but the reply was lost; no answer until the caller gives up. */
  readonly when: 'before' | 'after' | 'hang';
  /** `Unavailable` when absent. */
  readonly error?: Error;
  readonly times?: number;
  /** Only calls whose first argument it accepts. */
  readonly matches?: (argument: unknown) => boolean;
}

export interface FakeRuntimeOptions {
  readonly nodeName: string;
  readonly agentId: string;
}

/** The runtime contract over a `FakeEngine`. Several runtimes may share one engine, as several agents do. */
export class FakeRuntime implements ContainerRuntime {
  readonly engine: FakeEngine;
  readonly streams: FakeStreams;
  readonly images: ImageService;
  readonly volumes: VolumeService;
  /** Verbs in the order they were called, with their first argument. For tests about what is not done. */
  readonly calls: { readonly verb: FakeVerb; readonly argument: unknown }[] = [];
  /** How long the engine takes, ms: until it does what it is asked for, and then until its answer is here. */
  takes: (verb: FakeVerb, argument: unknown) => { readonly before?: number; readonly after?: number } = () => ({});
  readonly #owner: FakeRuntimeOptions;
  #faults: { fault: Fault; left: number }[] = [];

  constructor(engine: FakeEngine, owner: FakeRuntimeOptions) {
    this.engine = engine;
    this.#owner = owner;
    this.streams = new FakeStreams(engine);
    this.images = {
      find: async (reference, signal) =>
        this.#call('images.find', reference, signal, () => engine.images.get(reference)),
      pull: async (reference, _auth, onProgress, signal) =>
        this.#call('images.pull', reference, signal, () => {
          const image = engine.registry.get(reference);
          if (image === undefined) throw fail('NotFound', `manifest for ${reference} not found: manifest unknown`);
          onProgress({ text: '1 of 1 layers' });
          engine.images.set(reference, image).set(image.id, image);
          return image;
        }),
      list: async (signal) => this.#call('images.list', undefined, signal, () => engine.listImages()),
      remove: async (reference, signal) =>
        this.#call('images.remove', reference, signal, () => engine.removeImage(reference)),
    };
    this.volumes = this.#volumeService();
  }

  /** Faults of the same verb happen in the order they were injected. */
  inject(fault: Fault): void {
    this.#faults.push({ fault, left: fault.times ?? 1 });
  }

  async info(signal: AbortSignal): Promise<EngineInfo> {
    return this.#call('info', undefined, signal, () => ({
      version: '20.10.24',
      apiVersion: '1.41',
      architecture: 'amd64',
      endpoint: 'fake',
      sharesFilesystem: false,
      podNetwork: 'direct',
      clockSkewMs: 0,
    }));
  }

  async takesWork(signal: AbortSignal): Promise<void> {
    return this.#call('takesWork', undefined, signal, () => {
      if (this.engine.stopping) throw unavailable();
    });
  }

  async answers(signal: AbortSignal): Promise<void> {
    return this.#call('answers', undefined, signal, () => undefined);
  }

  async listPods(signal: AbortSignal): Promise<readonly ObservedPod[]> {
    return this.#call('listPods', undefined, signal, () =>
      [...new Set(this.#mine().map(({ pod }) => pod.uid))].map((uid) => this.#observe(uid)),
    );
  }

  async inspectPod(uid: string, signal: AbortSignal): Promise<ObservedPod> {
    return this.#call('inspectPod', uid, signal, () => this.#observe(uid));
  }

  async *events(signal: AbortSignal): AsyncGenerator<RuntimeHint> {
    if (signal.aborted) return;
    if (this.engine.down) throw unavailable();
    const queue: RuntimeHint[] = [{ uid: '', action: 'connected' }];
    let over = false;
    let wake = (): void => undefined;
    const listen = (event: FakeEvent | 'lost'): void => {
      if (event === 'lost') over = true;
      else if (this.#isMine(event.container)) queue.push({ uid: event.container.pod.uid, action: event.action });
      wake();
    };
    const onAbort = (): void => listen('lost');
    this.engine.listeners.add(listen);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      // "over" changes in the callbacks above.
      for (;;) {
        for (let hint = queue.shift(); hint !== undefined; hint = queue.shift()) yield hint;
        if (over as boolean) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      this.engine.listeners.delete(listen);
      signal.removeEventListener('abort', onAbort);
    }
  }

  async runSandbox(spec: SandboxSpec, signal: AbortSignal, whileStarting?: WhileStarting): Promise<string> {
    return this.#call('runSandbox', spec, signal, async () => {
      const { id, state } = this.#createNamed('POD', spec.attempt, { role: 'sandbox', ...spec });
      if (state !== 'running') await whileStarting?.(id);
      this.engine.start(id);
      return id;
    });
  }

  async stopSandbox(id: string, signal: AbortSignal): Promise<void> {
    return this.#call('stopSandbox', id, signal, async () => this.#stop(id, 10, signal));
  }

  async removeSandbox(id: string, signal: AbortSignal): Promise<void> {
    return this.#call('removeSandbox', id, signal, () => this.#remove(id));
  }

  async createContainer(spec: ContainerSpec, signal: AbortSignal): Promise<string> {
    return this.#call('createContainer', spec, signal, () => {
      if (!this.engine.images.has(spec.imageId)) throw fail('NotFound', `No such image: ${spec.imageId}`);
      const sandboxInstance = spec.sandbox.instance ?? spec.sandbox.id;
      return this.#createNamed(spec.name, spec.attempt, { role: 'container', sandboxInstance, ...spec }).id;
    });
  }

  async startContainer(id: string, signal: AbortSignal): Promise<void> {
    return this.#call('startContainer', id, signal, () => this.engine.start(id));
  }

  async updateContainer(id: string, _resources: ResourceSettings, signal: AbortSignal): Promise<void> {
    return this.#call('updateContainer', id, signal, () => undefined);
  }

  async stopContainer(id: string, graceSeconds: number, signal: AbortSignal): Promise<void> {
    return this.#call('stopContainer', id, signal, async () => this.#stop(id, graceSeconds, signal));
  }

  async removeContainer(id: string, signal: AbortSignal): Promise<void> {
    return this.#call('removeContainer', id, signal, () => this.#remove(id));
  }

  async #call<T>(verb: FakeVerb, argument: unknown, signal: AbortSignal, effect: () => T | Promise<T>): Promise<T> {
    signal.throwIfAborted();
    this.calls.push({ verb, argument });
    // A call is never answered in the same turn.
    await Promise.resolve();
    const fault = this.#takeFault(verb, argument);
    if (fault?.when === 'hang') return abortable(new Promise<never>(() => undefined), signal);
    if (this.engine.down) throw unavailable();
    if (fault?.when === 'before') throw fault.error ?? unavailable();
    const { after = 0, before = 0 } = this.takes(verb, argument);
    if (before > 0) await this.engine.clock.sleep(before, signal);
    const result = await effect();
    if (after > 0) await this.engine.clock.sleep(after, signal);
    if (fault?.when === 'after') throw fault.error ?? unavailable();
    return result;
  }

  #takeFault(verb: FakeVerb, argument: unknown): Fault | undefined {
    const found = this.#faults.find(({ fault }) => fault.verb === verb && (fault.matches?.(argument) ?? true));
    if (found === undefined) return undefined;
    found.left -= 1;
    if (found.left === 0) this.#faults = this.#faults.filter((other) => other !== found);
    return found.fault;
  }

  #createNamed(name: string, attempt: number, spec: FakeContainer['spec']): FakeContainer {
    const { pod } = spec;
    const engineName = ['kubelette', name, pod.name, pod.namespace, pod.uid, attempt].join('_');
    const holder = this.engine.byName(engineName);
    if (holder !== undefined) {
      if (!this.#isMine(holder)) {
        throw fail('Conflict', `container name "${engineName}" is held by container ${holder.id.slice(0, 12)}`);
      }
      if (isAdoptable(holder, spec)) return holder;
      this.engine.remove(holder.id);
    }
    return this.engine.add(spec, engineName, this.#owner);
  }

  async #stop(id: string, graceSeconds: number, signal: AbortSignal): Promise<void> {
    const container = this.engine.containers.get(id);
    if (container?.state !== 'running') return;
    const died = new Promise<void>((resolve) => {
      container.life.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    this.engine.terminate(container);
    const grace = new AbortController();
    const killed = this.engine.clock.sleep(graceSeconds * 1_000, grace.signal).then(
      () => this.engine.die(container, 137),
      () => undefined,
    );
    try {
      // The engine goes on stopping when the client leaves.
      await abortable(Promise.race([died, killed]), signal);
    } finally {
      if (!signal.aborted) grace.abort();
    }
  }

  #remove(id: string): void {
    if (this.engine.containers.has(id)) this.engine.remove(id);
  }

  #volumeService(): VolumeService {
    const { contents, volumes, containers } = this.engine;
    return {
      canMountImages: this.engine.canMountImages,
      ensure: async (volume, signal) =>
        this.#call('volumes.ensure', volume.name, signal, () => {
          const { name } = volume;
          const podUid = 'podUid' in volume ? volume.podUid : '';
          const owner = volumes.get(name)?.owner ?? this.#owner;
          if (!this.#owns(owner)) throw new KubeletteError('Conflict', `volume "${name}" is not ours`);
          if (!volumes.has(name)) volumes.set(name, { podUid, owner });
        }),
      list: async (signal) =>
        this.#call('volumes.list', undefined, signal, () =>
          [...volumes]
            .filter(([, { owner, podUid }]) => this.#owns(owner) && podUid !== '')
            .map(([name, { podUid }]) => ({ name, podUid })),
        ),
      remove: async (name, signal) =>
        this.#call('volumes.remove', name, signal, () => {
          const user = [...containers.values()].find((container) => volumesOf(container).includes(name));
          if (user !== undefined) throw fail('Conflict', `remove ${name}: volume is in use - [${user.id}]`);
          volumes.delete(name);
          contents.delete(name);
        }),
      write: async (sandboxId, name, written, signal) =>
        this.#call('volumes.write', name, signal, () => {
          const mounted = this.#running(sandboxId).find((volume) => volume.name === name);
          if (mounted?.type !== 'volume') throw fail('NotFound', `open /vols/${name}: errno 2`);
          contents.set(mounted.volume, written);
        }),
      resolveSubPath: async (sandboxId, name, path, signal) =>
        this.#call('volumes.resolveSubPath', `${name}/${path}`, signal, () => {
          this.#running(sandboxId);
          return path;
        }),
      usage: async (sandboxId, names, signal) =>
        this.#call('volumes.usage', names, signal, () => {
          const mounted = this.#running(sandboxId);
          return names.map((name) => {
            const volume = mounted.find((candidate) => candidate.name === name);
            return volume?.type === 'volume' ? (this.engine.usage.get(volume.volume) ?? 0) : 0;
          });
        }),
      examineHostPaths: async (paths, signal) =>
        this.#call('volumes.examineHostPaths', paths, signal, () =>
          paths.map(({ path }) => this.engine.hostPaths.get(path) ?? 'directory'),
        ),
    };
  }

  /** The volumes of a sandbox that runs. */
  #running(sandboxId: string): SandboxSpec['volumes'] {
    const sandbox = this.engine.containers.get(sandboxId);
    if (sandbox?.spec.role !== 'sandbox') throw fail('NotFound', `No such container: ${sandboxId}`);
    if (sandbox.state !== 'running') throw fail('Conflict', `Container ${sandboxId} is not running`);
    return sandbox.spec.volumes;
  }

  #owns(owner: FakeRuntimeOptions): boolean {
    return owner.nodeName === this.#owner.nodeName && owner.agentId === this.#owner.agentId;
  }

  #isMine(container: FakeContainer): boolean {
    return this.#owns(container.owner);
  }

  #mine(): FakeContainer[] {
    return [...this.engine.containers.values()].filter((container) => this.#isMine(container));
  }

  #observe(uid: string): ObservedPod {
    const mine = this.#mine().filter(({ pod }) => pod.uid === uid);
    const byAttempt = (a: { attempt: number }, b: { attempt: number }): number => b.attempt - a.attempt;
    return {
      uid,
      namespace: mine[0]?.pod.namespace ?? '',
      name: mine[0]?.pod.name ?? '',
      sandboxes: mine.flatMap(toSandbox).sort(byAttempt),
      containers: mine
        .flatMap((container) => toContainer(container, this.engine.containers.get(sandboxIdOf(container))))
        .sort(byAttempt),
    };
  }
}

const unavailable = (): KubeletteError =>
  new KubeletteError('Unavailable', 'cannot reach the Docker engine at fake: no answer (is it running?)');

/** @throws when it is a container that has run to its end, or another one that runs: who asks for it has not seen it */
function isAdoptable(holder: FakeContainer, spec: FakeContainer['spec']): boolean {
  const isSame =
    holder.spec.specHash === spec.specHash &&
    (holder.spec.role === 'sandbox' || spec.role === 'sandbox'
      ? holder.spec.role === spec.role
      : [spec.sandboxInstance, spec.sandbox.id].includes(holder.spec.sandboxInstance));
  if (spec.role !== 'sandbox' && (holder.state === 'exited' || (holder.state === 'running' && !isSame)))
    throw fail('Unavailable', `container ${holder.id} was started already, which the engine did not list`);
  return isSame && (holder.state === 'running' || (holder.state === 'created' && holder.exitCode === 0));
}

function volumesOf({ spec }: FakeContainer): readonly string[] {
  if (spec.role === 'sandbox')
    return spec.volumes.flatMap((volume) => (volume.type === 'volume' ? [volume.volume] : []));
  return spec.mounts.flatMap((mount) => (mount.type === 'volume' ? [mount.volume] : []));
}

function toSandbox(container: FakeContainer): ObservedSandbox[] {
  const { cutOff = false, id, spec, state, startedAt } = container;
  if (spec.role !== 'sandbox') return [];
  const hasAddress = state === 'running' && spec.network === 'pod' && !cutOff;
  return [
    {
      id,
      instance: instanceOf(container),
      attempt: spec.attempt,
      specHash: spec.specHash,
      ready: state === 'running',
      created: state === 'created',
      hostNetwork: spec.network === 'host',
      createdAt: container.createdAt,
      ...(startedAt === undefined ? {} : { startedAt }),
      ips: hasAddress ? [`10.0.0.${Number.parseInt(id.slice(-2), 16)}`] : [],
      pid: container.pid,
    },
  ];
}

const sandboxIdOf = ({ spec }: FakeContainer): string => (spec.role === 'container' ? spec.sandbox.id : '');

const instanceOf = ({ id, starts }: FakeContainer): string => `${id.slice(-12)}@${starts}`;

/** One that was created before its sandbox ran belongs to whatever it joined, or would join now. */
function joinedInstance({ namespaces, spec, startedAt }: FakeContainer, sandbox: FakeContainer | undefined): string {
  const label = spec.role === 'container' ? spec.sandboxInstance : '';
  if (sandbox === undefined || label !== sandbox.id) return label;
  return startedAt === undefined || namespaces.net === sandbox.namespaces.net ? instanceOf(sandbox) : label;
}

function toContainer(container: FakeContainer, sandbox: FakeContainer | undefined): ObservedContainer[] {
  const { id, spec, startedAt, finishedAt, engineError } = container;
  if (spec.role !== 'container') return [];
  const failedStart = container.state === 'created' && container.exitCode !== 0;
  const state = failedStart ? 'exited' : container.state;
  return [
    {
      id,
      name: spec.name,
      kind: spec.kind,
      attempt: spec.attempt,
      specHash: spec.specHash,
      state,
      paused: container.paused,
      createdAt: container.createdAt,
      ...(startedAt === undefined ? {} : { startedAt }),
      ...(state === 'exited' ? { finishedAt: finishedAt ?? container.createdAt, exitCode: container.exitCode } : {}),
      oomKilled: container.oomKilled,
      ...(engineError === '' ? {} : { engineError }),
      image: spec.image,
      imageId: `docker://${spec.imageId}`,
      backoffMs: spec.backoffMs,
      sandboxInstance: joinedInstance(container, sandbox),
      pid: container.pid,
    },
  ];
}
