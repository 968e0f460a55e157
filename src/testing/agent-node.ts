import type { Agent } from '../agent.js';
import type { ConfigObject } from '../api/config-object.js';
import type { Pod } from '../api/schema/pod.js';
import type { Clock } from '../lib/clock.js';
import { KubeletteError } from '../lib/errors.js';
import { AgentPod } from './agent-pod.js';
import type { Engine, KubeletteNode } from './node.js';
import { readManifestPods } from './manifest.js';
import { STOP_GRACE_SECONDS } from './options.js';
import type { PodHandle } from './pod-handle.js';

/** What a node is made of; the library's tests put other parts in. */
export interface NodeParts {
  readonly agent: Agent;
  readonly clock: Clock;
  readonly onWarning: (warning: string) => void;
  /** Called once, after the agent has stopped. */
  readonly cleanUp: () => Promise<void>;
}

/** A node on an agent of this process. */
export class AgentNode implements KubeletteNode {
  readonly #parts: NodeParts;
  readonly #stopping = new AbortController();
  #stopped: Promise<void> | undefined;

  constructor(parts: NodeParts) {
    this.#parts = parts;
  }

  get nodeName(): string {
    return this.#parts.agent.nodeName;
  }

  get engine(): Engine {
    const { version, apiVersion, architecture, endpoint } = this.#parts.agent.engine;
    return { version, apiVersion, architecture, endpoint };
  }

  async apply(manifest: string | object): Promise<PodHandle> {
    const { configs, pods } = await this.#read(manifest);
    const [pod] = pods;
    if (pod === undefined || pods.length > 1) {
      const names = pods.map(({ metadata }) => metadata.name).join(', ');
      throw new KubeletteError(
        'Invalid',
        `apply: expected one pod, got ${pods.length} (${names}); applyAll takes several`,
      );
    }
    this.#use(configs);
    return this.#create(pod);
  }

  async applyAll(manifest: string | object): Promise<readonly PodHandle[]> {
    const { configs, pods } = await this.#read(manifest);
    this.#use(configs);
    return pods.map((pod) => this.#create(pod));
  }

  pod(name: string, namespace = 'default'): PodHandle {
    const pod = this.#parts.agent.store.get<Pod>('Pod', `${namespace}/${name}`);
    if (pod === undefined) throw new KubeletteError('NotFound', `pods "${name}" not found`);
    return this.#handle(pod);
  }

  pods(): readonly PodHandle[] {
    return this.#parts.agent.store.list<Pod>('Pod').items.map((pod) => this.#handle(pod));
  }

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

  async #read(manifest: string | object): ReturnType<typeof readManifestPods> {
    this.#stopping.signal.throwIfAborted();
    const read = await readManifestPods(manifest);
    for (const warning of read.warnings) this.#parts.onWarning(warning);
    return read;
  }

  /** Made, or changed where they are there already. */
  #use(configs: readonly ConfigObject[]): void {
    for (const object of configs) this.#parts.agent.applyConfig(object);
  }

  #create(pod: Pod): PodHandle {
    return this.#handle(this.#parts.agent.createPod(pod));
  }

  #handle(pod: Pod): PodHandle {
    const { name, namespace = 'default', uid = '' } = pod.metadata;
    return new AgentPod({ namespace, name, uid }, this.#parts.agent, this.#parts.clock, this.#stopping.signal);
  }
}
