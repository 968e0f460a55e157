import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAgent, type Agent } from '../agent.js';
import type { Pod } from '../api/schema/pod.js';
import { systemClock, type Clock } from '../lib/clock.js';
import { KubeletteError } from '../lib/errors.js';
import { createLineLogger, createLogger, type Logger } from '../lib/logger.js';
import { withDeadline } from './deadline.js';
import { readManifestPods } from './manifest.js';
import { START_TIMEOUT_MS, STOP_GRACE_SECONDS, type StartOptions } from './options.js';
import { PodHandle } from './pod-handle.js';

/** The engine a node runs its pods on. */
export interface Engine {
  /** For example `20.10.24`. */
  readonly version: string;
  /** The negotiated API version, for example `1.41`. */
  readonly apiVersion: string;
  /** `amd64`, `arm64`, … */
  readonly architecture: string;
  /** Where it was found and why. */
  readonly endpoint: string;
}

/** What a node is made of; the library's tests put other parts in. @internal */
export interface NodeParts {
  readonly agent: Agent;
  readonly clock: Clock;
  readonly onWarning: (warning: string) => void;
  /** Called once, after the agent has stopped. */
  readonly cleanUp: () => Promise<void>;
}

/**
 * A node in this process: an agent of its own on the Docker engine, with its pods. Nodes share nothing but the engine;
 * when one stops nothing of it is left, and what a killed process left behind the next node sweeps.
 */
export class Kubelette implements AsyncDisposable {
  readonly #parts: NodeParts;
  readonly #stopping = new AbortController();
  #stopped: Promise<void> | undefined;

  /** @internal Use `start()`. */
  constructor(parts: NodeParts) {
    this.#parts = parts;
  }

  /**
   * Starts a node and waits until it can run pods.
   * @throws KubeletteError `Timeout` when no engine answered in time (30 s unless `timeoutMs` or `signal` say otherwise)
   */
  static async start(options: StartOptions = {}): Promise<Kubelette> {
    const dataDir = await mkdtemp(join(tmpdir(), 'kubelette-node-'));
    const cleanUp = (): Promise<void> => rm(dataDir, { recursive: true, force: true });
    const complaints: string[] = [];
    try {
      const agent = await startAgent({
        nodeName: options.nodeName ?? `test-${process.pid}-${randomUUID().slice(0, 8)}`,
        dataDir,
        ephemeral: true,
        clock: systemClock,
        logger: nodeLogger(options, complaints),
        ...(options.dockerHost === undefined ? {} : { dockerHost: options.dockerHost }),
      });
      await untilReady(agent, options, complaints);
      return new Kubelette({ agent, clock: systemClock, onWarning: options.onWarning ?? warnProcess, cleanUp });
    } catch (error) {
      await cleanUp();
      throw error;
    }
  }

  get nodeName(): string {
    return this.#parts.agent.nodeName;
  }

  get engine(): Engine {
    const { version, apiVersion, architecture, endpoint } = this.#parts.agent.engine;
    return { version, apiVersion, architecture, endpoint };
  }

  /**
   * Accepts the pod of a manifest. Resolves when it is accepted, not when it runs: see `ready()`.
   * @param manifest a file's path, YAML or JSON text, or an object
   * @throws KubeletteError `Invalid` with every problem of the manifest, also when it does not hold exactly one pod;
   * `AlreadyExists`
   */
  async apply(manifest: string | object): Promise<PodHandle> {
    const pods = await this.#read(manifest);
    const [pod] = pods;
    if (pod === undefined || pods.length > 1) {
      const names = pods.map(({ metadata }) => metadata.name).join(', ');
      throw new KubeletteError(
        'Invalid',
        `apply: expected one pod, got ${pods.length} (${names}); applyAll takes several`,
      );
    }
    return this.#create(pod);
  }

  /** Accepts all pods of a manifest, or of a folder of them. Nothing is accepted when there is any problem. */
  async applyAll(manifest: string | object): Promise<readonly PodHandle[]> {
    return (await this.#read(manifest)).map((pod) => this.#create(pod));
  }

  /** A pod of this node by its name. @throws KubeletteError `NotFound` */
  pod(name: string, namespace = 'default'): PodHandle {
    const pod = this.#parts.agent.store.get<Pod>('Pod', `${namespace}/${name}`);
    if (pod === undefined) throw new KubeletteError('NotFound', `pods "${name}" not found`);
    return this.#handle(pod);
  }

  /** All pods of this node. */
  pods(): readonly PodHandle[] {
    return this.#parts.agent.store.list<Pod>('Pod').items.map((pod) => this.#handle(pod));
  }

  /**
   * Deletes the pods and everything that belongs to them. Every wait on this node ends. Calling it again is fine.
   * @param options.graceSeconds for processes that leave SIGTERM alone; 2 unless said otherwise
   */
  async stop(options: { readonly graceSeconds?: number } = {}): Promise<void> {
    this.#stopped ??= this.#stop(options.graceSeconds ?? STOP_GRACE_SECONDS);
    await this.#stopped;
  }

  /** As `stop()`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stop(graceSeconds: number): Promise<void> {
    this.#stopping.abort(new KubeletteError('Unavailable', `node ${this.nodeName} was stopped`));
    try {
      await this.#parts.agent.stop({ deletePods: true, graceSeconds });
    } finally {
      await this.#parts.cleanUp();
    }
  }

  async #read(manifest: string | object): Promise<readonly Pod[]> {
    this.#stopping.signal.throwIfAborted();
    const { pods, warnings } = await readManifestPods(manifest);
    for (const warning of warnings) this.#parts.onWarning(warning);
    return pods;
  }

  #create(pod: Pod): PodHandle {
    return this.#handle(this.#parts.agent.createPod(pod));
  }

  #handle(pod: Pod): PodHandle {
    const { name, namespace = 'default', uid = '' } = pod.metadata;
    return new PodHandle({ namespace, name, uid }, this.#parts.agent, this.#parts.clock, this.#stopping.signal);
  }
}

async function untilReady(agent: Agent, options: StartOptions, complaints: readonly string[]): Promise<void> {
  const lastSeen = async (): Promise<string> => complaints.at(-1) ?? 'nothing; is the Docker engine running?';
  const what = `node ${agent.nodeName} was not ready`;
  const lifetime = new AbortController().signal;
  const deadline = { what, defaultTimeoutMs: START_TIMEOUT_MS, clock: systemClock, lifetime, lastSeen };
  try {
    await withDeadline(deadline, options, () => agent.ready);
  } catch (error) {
    await agent.stop({ deletePods: false });
    throw error;
  }
}

/** Silent, but it remembers what the agent complained about for the error of a failed start. */
function nodeLogger({ logLevel = 'silent' }: StartOptions, complaints: string[]): Logger {
  if (logLevel !== 'silent') return createLogger(logLevel, 'pretty');
  return createLineLogger('warn', ({ msg, problem }) => {
    complaints.splice(0, complaints.length, problem === undefined ? msg : `${msg}: ${problem}`);
  });
}

const warnProcess = (warning: string): void => process.emitWarning(warning, 'KubeletteWarning');
