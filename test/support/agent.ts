import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { startAgent, type Agent } from '../../src/agent.js';
import { defaultPod } from '../../src/api/defaults.js';
import type { Event } from '../../src/api/schema/event.js';
import type { Container, ContainerStatus, Pod, PodSpec } from '../../src/api/schema/pod.js';
import { connectEngine } from '../../src/docker/connect.js';
import { listKubeletteObjects, removeKubeletteObjects, type Inventory } from '../../src/docker/inventory.js';
import { LABEL } from '../../src/docker/labels.js';
import { hasCode } from '../../src/lib/errors.js';
import { systemClock } from '../../src/lib/clock.js';
import { createLineLogger, type LogLine } from '../../src/lib/logger.js';
import type { AgentOptions, ImageOptions } from '../../src/options.js';
import { BUSYBOX } from './docker-world.js';
import { eventually } from './eventually.js';
import { trapsAreSet } from './trapped-signals.js';

const { signal } = new AbortController();

export interface TestNodeOptions {
  /** Of another engine than the usual one. */
  readonly dockerHost?: string;
  readonly ephemeral?: boolean;
  readonly images?: ImageOptions;
  readonly more?: Partial<AgentOptions>;
}

/**
 * A node name and a data directory of their own, and the agent that runs there now. Agents come and go; the pods stay,
 * and `close` removes whatever is left on the engine under the name.
 */
export class TestNode {
  readonly nodeName: string;
  readonly dataDir: string;
  /** The engine, for doing things behind the agent's back. */
  readonly docker: Docker;
  /** What the agents logged, `info` and above. */
  readonly said: LogLine[] = [];
  readonly #options: TestNodeOptions;
  #agent: Agent | undefined;

  private constructor(nodeName: string, dataDir: string, options: TestNodeOptions) {
    this.nodeName = nodeName;
    this.dataDir = dataDir;
    this.docker = new Docker(
      options.dockerHost === undefined ? {} : { socketPath: options.dockerHost.replace('unix://', '') },
    );
    this.#options = options;
  }

  /** No agent runs yet. */
  static async open(name: string, options: TestNodeOptions = {}): Promise<TestNode> {
    const nodeName = `test-${name}-${randomUUID().slice(0, 8)}`;
    return new TestNode(nodeName, await mkdtemp(join(tmpdir(), `kubelette-${name}-`)), options);
  }

  /** With an agent that is ready. */
  static async started(name: string, options: TestNodeOptions = {}): Promise<TestNode> {
    const node = await TestNode.open(name, options);
    await node.start();
    return node;
  }

  get agent(): Agent {
    if (this.#agent === undefined) throw new Error('no agent runs');
    return this.#agent;
  }

  /** The next agent on the data directory. Resolves when it is ready. */
  async start(): Promise<Agent> {
    const agent = await this.launch();
    await agent.ready;
    return agent;
  }

  /** As `start`, but does not wait for an engine. */
  async launch(): Promise<Agent> {
    const logger = createLineLogger('info', (line) => this.said.push(line));
    const { dockerHost, ephemeral = false, images, more } = this.#options;
    this.#agent = await startAgent({
      nodeName: this.nodeName,
      dataDir: this.dataDir,
      ephemeral,
      clock: systemClock,
      logger,
      ...(images === undefined ? {} : { images }),
      ...(dockerHost === undefined ? {} : { dockerHost }),
      ...more,
    });
    return this.#agent;
  }

  /** Ends the agent and leaves its pods as they are. */
  async halt(): Promise<void> {
    const agent = this.#agent;
    this.#agent = undefined;
    await agent?.stop({ deletePods: false });
  }

  create(name: string, spec: Partial<PodSpec>): Pod {
    return this.agent.createPod(podOf(name, spec));
  }

  /** The pod as it is stored now. */
  pod(name: string): Pod | undefined {
    return this.agent.store.get<Pod>('Pod', `default/${name}`);
  }

  /** Of a main container, or an init container. */
  status(name: string, container = 'app'): ContainerStatus | undefined {
    const { containerStatuses = [], initContainerStatuses = [] } = this.pod(name)?.status ?? {};
    return [...initContainerStatuses, ...containerStatuses].find((candidate) => candidate.name === container);
  }

  /** Resolves with the pod once `holds`. Says what the status was when it never does. */
  async until(name: string, what: string, holds: (pod: Pod) => boolean, withinMs?: number): Promise<Pod> {
    return eventually(
      `pod ${name}: ${what}`,
      () => {
        const pod = this.pod(name);
        if (pod === undefined) throw new Error('there is no such pod');
        if (holds(pod)) return pod;
        throw new Error(JSON.stringify(pod.status, undefined, 1));
      },
      withinMs,
    );
  }

  /** And hears what it is asked: see `trapsAreSet`. */
  async ready(name: string, withinMs?: number): Promise<Pod> {
    const pod = await this.until(name, 'is ready', isReady, withinMs);
    await trapsAreSet(pod);
    return pod;
  }

  async waits(name: string, reason: string, container = 'app'): Promise<Pod> {
    return this.until(
      name,
      `waits with ${reason}`,
      () => this.status(name, container)?.state?.waiting?.reason === reason,
    );
  }

  async gone(name: string, withinMs?: number): Promise<void> {
    await eventually(`pod ${name} is gone`, () => this.pod(name) === undefined, withinMs);
  }

  /** Reasons of the pod's events, in order of their first time; a repeated one counts once. */
  reasons(name: string): string[] {
    return this.events(name).map(({ reason }) => reason ?? '');
  }

  events(name: string): Event[] {
    const { items } = this.agent.store.list<Event>('Event');
    return items.filter(({ involvedObject }) => involvedObject.name === name);
  }

  /** The pod's containers on the engine, the sandbox (`POD`) among them, sorted by name and attempt. */
  async containers(pod: string, container?: string): Promise<EngineContainer[]> {
    const label = [`${LABEL.node}=${this.nodeName}`, `${LABEL.podName}=${pod}`];
    if (container !== undefined) label.push(`${LABEL.containerName}=${container}`);
    const rows = await this.docker.listContainers({ all: true, filters: { label } });
    const inspected = await Promise.all(
      rows.map(async ({ Id }) => this.docker.getContainer(Id).inspect().catch(orGone)),
    );
    return inspected
      .filter((one) => one !== undefined)
      .map(toEngineContainer)
      .sort((a, b) => a.name.localeCompare(b.name) || a.attempt - b.attempt);
  }

  /** The one container of that name that runs. */
  async running(pod: string, container = 'app'): Promise<EngineContainer> {
    const live = (await this.containers(pod, container)).filter(({ state }) => state === 'running');
    const [only] = live;
    if (only === undefined || live.length > 1)
      throw new Error(`${pod}/${container}: ${String(live.length)} running containers`);
    return only;
  }

  /** Everything on the engine under the node's name; the network is not counted: all nodes share it. */
  async leftovers(): Promise<Inventory> {
    const engine = await connectEngine(this.#options.dockerHost, systemClock, signal);
    return { ...(await listKubeletteObjects(engine, { nodeName: this.nodeName }, signal)), networks: [] };
  }

  /** What a container has in a file. */
  async read(pod: string, path: string, container = 'app'): Promise<string> {
    const session = await this.agent.operations.exec(
      { namespace: 'default', name: pod, container },
      { command: ['cat', path], tty: false, stdin: false },
      signal,
    );
    session.stderr?.resume();
    const text = await textOf(session.stdout);
    await session.exitCode;
    return text;
  }

  /** What a shell command in a container says on both outputs. */
  async sh(pod: string, script: string, container = 'app'): Promise<string> {
    const session = await this.agent.operations.exec(
      { namespace: 'default', name: pod, container },
      { command: ['/bin/busybox', 'sh', '-c', script], tty: false, stdin: false },
      signal,
    );
    const [said, complained] = await Promise.all([textOf(session.stdout), textOf(session.stderr ?? [])]);
    await session.exitCode;
    return said + complained;
  }

  async logs(pod: string, container = 'app', previous = false): Promise<string> {
    const target = { namespace: 'default', name: pod, container, previous };
    return textOf(this.agent.operations.logs(target, { follow: false, timestamps: false }, signal));
  }

  async close(): Promise<void> {
    await this.halt();
    try {
      const engine = await connectEngine(this.#options.dockerHost, systemClock, signal);
      await removeKubeletteObjects(engine, await this.leftovers(), signal);
    } catch (error) {
      // An engine of its own may be gone, and everything with it.
      if (this.#options.dockerHost === undefined || !hasCode(error, 'Unavailable')) throw error;
    }
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

/** A container of a pod as the engine shows it. */
export interface EngineContainer {
  readonly id: string;
  /** `POD` for the sandbox. */
  readonly name: string;
  readonly attempt: number;
  readonly state: string;
  readonly startedAt: string;
  readonly exitCode: number;
  readonly backoffMs: number;
}

const toEngineContainer = ({ Id, Config, State }: Docker.ContainerInspectInfo): EngineContainer => ({
  id: Id,
  name: Config.Labels[LABEL.containerName] ?? '',
  attempt: Number(Config.Labels[LABEL.attempt]),
  state: State.Status,
  startedAt: State.StartedAt,
  exitCode: State.ExitCode,
  backoffMs: Number(Config.Labels[LABEL.backoffMs] ?? 0),
});

function orGone(error: unknown): undefined {
  if ((error as { statusCode?: number }).statusCode !== 404) throw error;
}

export const podOf = (name: string, spec: Partial<PodSpec>): Pod =>
  defaultPod({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { terminationGracePeriodSeconds: 2, containers: [app(SERVES)], ...spec },
  });

/** A container that runs a shell script. */
export const app = (script: string, more: Partial<Container> = {}): Container => ({
  name: 'app',
  image: BUSYBOX,
  command: ['/bin/busybox', 'sh', '-c', script],
  ...more,
});

/** Runs until it is asked to end, and ends at once then, with 0. */
export const SERVES = 'trap "exit 0" TERM; sleep 100000 & wait';
/** Runs and does not care for being asked. */
export const DEAF = 'trap "" TERM; while :; do sleep 1; done';

export const isReady = (pod: Pod): boolean =>
  pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;

async function textOf(stream: AsyncIterable<unknown> | Iterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Buffer));
  return Buffer.concat(chunks).toString();
}
