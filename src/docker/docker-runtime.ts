import type { Clock } from '../lib/clock.js';
import type { Logger } from '../lib/logger.js';
import type { ObservedPod } from '../runtime/observed.js';
import type { ContainerRuntime, EngineInfo, ImageService, RuntimeHint, WhileStarting } from '../runtime/runtime.js';
import type { ContainerSpec, SandboxSpec } from '../runtime/specs.js';
import type { HostService } from '../runtime/host.js';
import type { ResourceSettings } from '../runtime/resource-settings.js';
import type { RuntimeStats } from '../runtime/stats.js';
import type { RuntimeStreams } from '../runtime/streams.js';
import type { VolumeService } from '../runtime/volumes.js';
import { attach } from './attach.js';
import { engineInfo } from './capabilities.js';
import { ClockSkew } from './clock-skew.js';
import { connectEngine } from './connect.js';
import type { DockerContext } from './context.js';
import { createContainer } from './create-container.js';
import { dial } from './dial.js';
import { events } from './events.js';
import { endCommand } from './end-command.js';
import { exec } from './exec.js';
import { sweepHelpers } from './helper.js';
import { DockerHost } from './host.js';
import { ImageNamesCache } from './image-names.js';
import { DockerImages } from './images.js';
import { logs } from './logs.js';
import { MemoryKills } from './memory-kills.js';
import { PodObserver } from './observe-pods.js';
import { removeContainer } from './remove-container.js';
import { runSandbox } from './run-sandbox.js';
import { sandboxImage, type SandboxImage } from './sandbox-image.js';
import { startContainer } from './start-container.js';
import { DockerStats } from './stats.js';
import { stopContainer } from './stop-container.js';
import { takesWork } from './takes-work.js';
import { updateContainer } from './update-container.js';
import { DockerVolumes } from './volumes.js';

export interface DockerRuntimeOptions {
  /** As `--docker-host`; absent: found as the docker CLI does. */
  readonly dockerHost?: string;
  readonly nodeName: string;
  readonly agentId: string;
  /** Goes to the label `dev.kubelette.owner`: the process an ephemeral agent's objects belong to. */
  readonly owner?: string;
  /** Version of this program, for a label. */
  readonly createdBy?: string;
  /** An existing directory below which the engine should see our files; `sharesFilesystem` says whether. */
  readonly dataDir?: string;
  /** A pull without progress for so long is given up; absent: 60 s. */
  readonly pullDeadlineMs?: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Source: kubelet, the sandbox is stopped with ten seconds of grace. */
const SANDBOX_GRACE_SECONDS = 10;

/**
 * Finds the engine and speaks to it. Changes nothing on it yet.
 *
 * @throws `Unavailable` when no engine answers: try again; `Unsupported` or `Invalid` when trying again is useless
 */
export async function connectDockerRuntime(options: DockerRuntimeOptions, signal: AbortSignal): Promise<DockerRuntime> {
  const { nodeName, agentId, owner, createdBy, clock, logger } = options;
  const engine = await connectEngine(options.dockerHost, clock, signal);
  const ownership = {
    nodeName,
    agentId,
    ...(owner === undefined ? {} : { owner }),
    ...(createdBy === undefined ? {} : { createdBy }),
  };
  logger.debug({ ...engine.facts }, 'engine found');
  return new DockerRuntime({ engine, ownership, logger }, sandboxImage(engine.facts.architecture), options);
}

/** The runtime contract on a Docker engine. */
export class DockerRuntime implements ContainerRuntime {
  readonly images: ImageService;
  readonly volumes: VolumeService;
  readonly streams: RuntimeStreams;
  readonly host: HostService;
  readonly stats: RuntimeStats;
  readonly #context: DockerContext;
  readonly #image: SandboxImage;
  readonly #dataDir: string | undefined;
  readonly #observer: PodObserver;
  readonly #kills = new MemoryKills();
  /** What does not change while the engine runs, but for its clock; asked for once. */
  #info: EngineInfo | undefined;
  #skew: ClockSkew | undefined;

  constructor(
    context: DockerContext,
    image: SandboxImage,
    { dataDir, pullDeadlineMs }: Pick<DockerRuntimeOptions, 'dataDir' | 'pullDeadlineMs'>,
  ) {
    const { engine } = context;
    this.#context = context;
    this.#image = image;
    this.#dataDir = dataDir;
    this.#observer = new PodObserver(context, new ImageNamesCache(engine), this.#kills);
    this.images = new DockerImages(engine, pullDeadlineMs);
    this.volumes = new DockerVolumes(context);
    this.stats = new DockerStats(engine);
    this.host = new DockerHost(engine, async (rootDir, signal) => {
      const { sharesFilesystem } = await this.info(signal);
      return sharesFilesystem ? [rootDir, ...(dataDir === undefined ? [] : [dataDir])] : [];
    });
    this.streams = {
      exec: async (id, request, signal) => {
        const { execId, ...session } = await exec(engine, id, request, signal);
        return { ...session, kill: async (killSignal) => endCommand(context, id, execId, killSignal) };
      },
      attach: async (id, request, signal) => attach(engine, id, request, signal),
      logs: (id, options, signal) => logs(engine, id, options, signal),
      dial: async (id, target, signal) => {
        const { podNetwork } = await this.info(signal);
        return dial(engine, id, target, podNetwork === 'direct', signal);
      },
    };
  }

  async info(signal: AbortSignal): Promise<EngineInfo> {
    if (this.#info !== undefined) return this.#info;
    const info = await engineInfo(this.#context, this.#dataDir, signal);
    const skew = new ClockSkew(this.#context.engine, info.clockSkewMs);
    this.#skew ??= skew;
    this.#info ??= {
      ...info,
      get clockSkewMs() {
        return skew.ms;
      },
    };
    return this.#info;
  }

  async takesWork(signal: AbortSignal): Promise<void> {
    return takesWork(this.#context.engine, signal);
  }

  async answers(signal: AbortSignal): Promise<void> {
    await this.#context.engine.call({ method: 'GET', path: '/containers/json', query: { limit: 1 } }, signal);
  }

  /** At the start of an agent: removes what a killed one has left of its looks at the engine's host. */
  async sweepHelpers(signal: AbortSignal): Promise<void> {
    await sweepHelpers(this.#context, signal);
  }

  async listPods(signal: AbortSignal): Promise<readonly ObservedPod[]> {
    await this.#skew?.follow(signal);
    return this.#observer.listPods(signal);
  }

  async inspectPod(uid: string, signal: AbortSignal): Promise<ObservedPod> {
    await this.#skew?.follow(signal);
    return this.#observer.inspectPod(uid, signal);
  }

  events(signal: AbortSignal): AsyncIterable<RuntimeHint> {
    return events(this.#context, this.#kills, signal);
  }

  async runSandbox(spec: SandboxSpec, signal: AbortSignal, whileStarting?: WhileStarting): Promise<string> {
    return runSandbox(this.#context, this.#image, spec, signal, whileStarting);
  }

  async stopSandbox(id: string, signal: AbortSignal): Promise<void> {
    return stopContainer(this.#context.engine, id, SANDBOX_GRACE_SECONDS, signal);
  }

  async removeSandbox(id: string, signal: AbortSignal): Promise<void> {
    return removeContainer(this.#context.engine, id, signal);
  }

  async createContainer(spec: ContainerSpec, signal: AbortSignal): Promise<string> {
    return createContainer(this.#context, spec, signal);
  }

  async startContainer(id: string, signal: AbortSignal): Promise<void> {
    return startContainer(this.#context.engine, id, signal);
  }

  async updateContainer(id: string, resources: ResourceSettings, signal: AbortSignal): Promise<void> {
    return updateContainer(this.#context.engine, id, resources, signal);
  }

  async stopContainer(id: string, graceSeconds: number, signal: AbortSignal): Promise<void> {
    return stopContainer(this.#context.engine, id, graceSeconds, signal);
  }

  async removeContainer(id: string, signal: AbortSignal): Promise<void> {
    return removeContainer(this.#context.engine, id, signal);
  }
}
