import type { Duplex } from 'node:stream';
import type { Agent } from '../agent.js';
import type { Event } from '../api/schema/event.js';
import type { Pod, PodStatus } from '../api/schema/pod.js';
import { hasCode, KubeletteError } from '../lib/errors.js';
import type { Clock } from '../lib/clock.js';
import { withDeadline } from './deadline.js';
import { collectEvidence, podEvents } from './evidence.js';
import { listenAndForward } from './forward.js';
import { fetchOver } from './http.js';
import { describeEvidence } from './last-seen.js';
import { splitLines } from '../lib/lines.js';
import { CONNECT_RETRY_MS, CONNECT_TIMEOUT_MS, DELETE_TIMEOUT_MS, EXEC_TIMEOUT_MS, POD_TIMEOUT_MS } from './options.js';
import { collectExec } from './pod-exec.js';
import type { DeleteOptions, ExecOptions, ExecResult, LogOptions, PodHandle } from './pod-handle.js';
import { findPod, watchPod, type PodReference } from './watch-pod.js';
import type { WaitOptions } from './wait-options.js';

/** A handle on the agent of this process. */
export class AgentPod implements PodHandle {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly #agent: Agent;
  readonly #clock: Clock;
  /** Ends waits, forwards and log readers: with the node, or when the pod is deleted through this handle. */
  readonly #node: AbortSignal;
  readonly #deleted = new AbortController();

  constructor(reference: PodReference, agent: Agent, clock: Clock, node: AbortSignal) {
    this.namespace = reference.namespace;
    this.name = reference.name;
    this.uid = reference.uid;
    this.#agent = agent;
    this.#clock = clock;
    this.#node = node;
  }

  status(): PodStatus {
    return this.#pod().status ?? {};
  }

  events(): readonly Event[] {
    return podEvents(this.#agent, this);
  }

  async ready(options: WaitOptions = {}): Promise<PodStatus> {
    const what = `${this.#title} was not ready`;
    const status = await this.#waitForStatus(what, options, (now) => isReady(now) || isFinished(now));
    if (isReady(status)) return status;
    throw new KubeletteError('Conflict', `${this.#title} ended before it was ready: ${await this.#describe()}`);
  }

  async finished(options: WaitOptions = {}): Promise<PodStatus> {
    return this.#waitForStatus(`${this.#title} did not finish`, options, isFinished);
  }

  async fetch(port: number, path = '/', init: RequestInit = {}): Promise<Response> {
    const authority = `${this.name}:${port}`;
    const request = new Request(new URL(path, `http://${authority}`), init);
    const signal = AbortSignal.any([this.#lifetime, request.signal]);
    return fetchOver(await this.#connect(port, signal), request, authority);
  }

  async forward(port: number): Promise<string> {
    this.#pod();
    const dial = (signal: AbortSignal): Promise<Duplex> => this.#agent.operations.dial(this, port, 'loopback', signal);
    return `http://127.0.0.1:${await listenAndForward(dial, this.#lifetime)}`;
  }

  async exec(command: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    const what = `${JSON.stringify(command)} in ${this.#title} did not end`;
    return this.#wait(what, EXEC_TIMEOUT_MS, options, async (signal) => {
      const request = { command, tty: false, stdin: options.stdin !== undefined };
      const session = await this.#agent.operations.exec(this.#target(options.container), request, signal);
      return collectExec(session, options.stdin);
    });
  }

  async *logs(options: LogOptions = {}): AsyncGenerator<string, void, undefined> {
    const left = new AbortController();
    const signals = [this.#lifetime, left.signal, ...(options.signal ? [options.signal] : [])];
    const target = { ...this.#target(options.container), previous: options.previous ?? false };
    const tail = options.tail === undefined ? {} : { tailLines: options.tail };
    const read = { follow: options.follow ?? false, timestamps: false, ...tail };
    try {
      yield* splitLines(this.#agent.operations.logs(target, read, AbortSignal.any(signals)));
    } finally {
      left.abort();
    }
  }

  async delete(options: DeleteOptions = {}): Promise<void> {
    const pod = findPod(this.#agent.store, this);
    if (pod === undefined) return;
    const grace = options.graceSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 0;
    try {
      this.#agent.deletePod(this.namespace, this.name, options.graceSeconds);
    } catch (error) {
      if (!hasCode(error, 'NotFound')) throw error;
    }
    await this.#wait(`${this.#title} was not gone`, grace * 1000 + DELETE_TIMEOUT_MS, options, (signal) =>
      watchPod(this.#agent.store, this, (now) => (now === undefined ? true : undefined), signal),
    );
    this.#deleted.abort(notFound(this));
  }

  /** As `delete()`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#node.aborted) await this.delete();
  }

  get #title(): string {
    return `pod ${this.namespace}/${this.name}`;
  }

  get #lifetime(): AbortSignal {
    return AbortSignal.any([this.#node, this.#deleted.signal]);
  }

  #target(container: string | undefined): { namespace: string; name: string; container?: string } {
    this.#pod();
    const { namespace, name } = this;
    return container === undefined ? { namespace, name } : { namespace, name, container };
  }

  /** @throws `NotFound` when it is gone */
  #pod(): Pod {
    const pod = findPod(this.#agent.store, this);
    if (pod === undefined) throw notFound(this);
    return pod;
  }

  async #describe(): Promise<string> {
    return describeEvidence(await collectEvidence(this.#agent, this));
  }

  async #wait<T>(
    what: string,
    defaultTimeoutMs: number,
    options: WaitOptions,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const lastSeen = (): Promise<string> => this.#describe();
    return withDeadline(
      { what, defaultTimeoutMs, clock: this.#clock, lifetime: this.#lifetime, lastSeen },
      options,
      work,
    );
  }

  async #waitForStatus(what: string, options: WaitOptions, holds: (status: PodStatus) => boolean): Promise<PodStatus> {
    const judge = (pod: Pod | undefined): PodStatus | undefined => {
      if (pod === undefined) throw notFound(this);
      const status = pod.status ?? {};
      return holds(status) ? status : undefined;
    };
    return this.#wait(what, POD_TIMEOUT_MS, options, (signal) => watchPod(this.#agent.store, this, judge, signal));
  }

  async #connect(port: number, signal: AbortSignal): Promise<Duplex> {
    const deadline = this.#clock.monotonic() + CONNECT_TIMEOUT_MS;
    for (;;) {
      try {
        return await this.#agent.operations.dial(this, port, 'pod', signal);
      } catch (error) {
        if (!hasCode(error, 'Unavailable') || this.#clock.monotonic() >= deadline) throw error;
      }
      this.#pod();
      await this.#clock.sleep(CONNECT_RETRY_MS, signal);
    }
  }
}

const isReady = ({ conditions = [] }: PodStatus): boolean =>
  conditions.some(({ type, status }) => type === 'Ready' && status === 'True');

const isFinished = ({ phase }: PodStatus): boolean => phase === 'Succeeded' || phase === 'Failed';

const notFound = ({ namespace, name }: PodReference): KubeletteError =>
  new KubeletteError('NotFound', `pods "${name}" not found`, { details: { namespace, name } });
