import { PassThrough, Readable, type Duplex } from 'node:stream';
import type { Agent } from '../../src/agent.js';
import type { Event } from '../../src/api/schema/event.js';
import type { ConfigObject } from '../../src/api/config-object.js';
import { applyConfig } from '../../src/kubelet/apply-config.js';
import type { Pod, PodStatus } from '../../src/api/schema/pod.js';
import { KubeletteError } from '../../src/lib/errors.js';
import type { LogReadOptions } from '../../src/kubelet/logs/log-store.js';
import type { ContainerTarget, PodOperations } from '../../src/kubelet/pod-operations.js';
import type { ExecRequest, ExecSession } from '../../src/runtime/streams.js';
import { MemoryStore } from '../../src/store/memory-store.js';
import { FakeClock } from './fake-clock.js';

/** What a fake container answers to a command. */
export interface ExecAnswer {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
}

/** An agent without engine: the test says what becomes of its pods. */
export class FakeAgent implements Agent {
  readonly nodeName = 'test-node';
  readonly engine = {
    version: '20.10.24',
    apiVersion: '1.41',
    architecture: 'amd64',
    endpoint: 'unix:///var/run/docker.sock (default socket)',
    sharesFilesystem: true,
    podNetwork: 'direct',
    clockSkewMs: 0,
  } as const;
  readonly clock = new FakeClock();
  readonly store = new MemoryStore({ clock: this.clock, historyLimit: 100, revision: 0, objects: [] });
  readonly pulls: Agent['pulls'] = [];
  readonly ready = Promise.resolve();
  /** Text of each container's log, by `pod/container`, and of its previous instance by `pod/container/previous`. */
  readonly logs = new Map<string, string>();
  /** Requests made, newest last. */
  readonly execs: (ExecRequest & ContainerTarget & { stdin: boolean })[] = [];
  readonly stops: { readonly deletePods: boolean }[] = [];
  execAnswer: ExecAnswer = {};
  /** What `dial` connects to. */
  dial: (target: ContainerTarget, port: number, host: 'pod' | 'loopback') => Promise<Duplex> = async () => {
    throw new KubeletteError('Unavailable', 'connection refused');
  };

  readonly operations: PodOperations = {
    exec: async (target, request) => {
      this.execs.push({ ...target, ...request });
      return this.#execSession(request);
    },
    attach: async () => {
      throw new KubeletteError('Unsupported', 'not in this fake');
    },
    logs: (target, options) => this.#readLog(target, options),
    dial: async (target, port, host, signal) => {
      signal.throwIfAborted();
      return this.dial(target, port, host);
    },
  };

  applyConfig(object: ConfigObject): void {
    applyConfig(this.store, object);
  }

  createPod(pod: Pod): Pod {
    return this.store.create<Pod>({ ...pod, metadata: { namespace: 'default', ...pod.metadata } });
  }

  deletePod(namespace: string, name: string, graceSeconds = 30): void {
    const pod = this.pod(name, namespace);
    if (graceSeconds === 0) this.store.remove('Pod', `${namespace}/${name}`);
    else
      this.store.update<Pod>({
        ...pod,
        metadata: { ...pod.metadata, deletionTimestamp: new Date(this.clock.now()).toISOString() },
      });
  }

  async stop(options: { readonly deletePods: boolean }): Promise<void> {
    this.stops.push(options);
    if (!options.deletePods) return;
    for (const pod of this.store.list<Pod>('Pod').items)
      this.store.remove('Pod', `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`);
  }

  pod(name: string, namespace = 'default'): Pod {
    const pod = this.store.get<Pod>('Pod', `${namespace}/${name}`);
    if (pod === undefined) throw new KubeletteError('NotFound', `pods "${name}" not found`);
    return pod;
  }

  setStatus(name: string, status: PodStatus): void {
    this.store.update<Pod>({ ...this.pod(name), status });
  }

  remove(name: string): void {
    this.store.remove('Pod', `default/${name}`);
  }

  recordEvent(name: string, event: Pick<Event, 'type' | 'reason' | 'message' | 'count'>): void {
    const uid = this.pod(name).metadata.uid;
    this.store.create<Event>({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name}.${this.store.revision}`, namespace: 'default' },
      involvedObject: { kind: 'Pod', name, namespace: 'default', ...(uid === undefined ? {} : { uid }) },
      ...event,
    });
  }

  #execSession(request: ExecRequest): ExecSession {
    const { stdout = '', stderr = '', exitCode = 0 } = this.execAnswer;
    const stdin = new PassThrough();
    const session = { stderr: Readable.from([Buffer.from(stderr)]), resize: async () => undefined };
    if (!request.stdin)
      return { ...session, stdout: Readable.from([Buffer.from(stdout)]), exitCode: Promise.resolve(exitCode) };
    return { ...session, stdin, stdout: stdin, exitCode: Promise.resolve(exitCode) };
  }

  async *#readLog(target: ContainerTarget & { previous: boolean }, options: LogReadOptions): AsyncGenerator<Buffer> {
    const container = target.container ?? this.pod(target.name).spec.containers[0]?.name ?? '';
    const text = this.logs.get(`${target.name}/${container}${target.previous ? '/previous' : ''}`) ?? '';
    const lines = text.split('\n').slice(-1 - (options.tailLines ?? Infinity));
    yield Buffer.from(lines.join('\n'));
  }
}

/** A pod with these containers, `app` unless said otherwise. */
export const podOf = (name: string, containers: readonly string[] = ['app']): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: { containers: containers.map((container) => ({ name: container, image: 'busybox:1' })) },
});
