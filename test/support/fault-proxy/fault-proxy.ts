import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { isAbort } from '../../../src/lib/abort.js';
import { systemClock } from '../../../src/lib/clock.js';
import { Broken, withBodyFault } from './body-faults.js';
import { CallLog } from './call-log.js';
import { answerHttp, answerUpgrade, readUpgradeBody, type Answer } from './answer.js';
import { FaultRules, type Fault, type FaultRule, type Phase } from './fault.js';
import { EarlierReplies } from './earlier-replies.js';
import { callEngine, type EngineCall, type EngineReply } from './upstream.js';

export interface FaultProxyOptions {
  /** Path of the engine's socket. */
  readonly engine: string;
  readonly rules?: readonly FaultRule[];
  /** Kills the agent; resolves when it is dead. For rules that say so. */
  readonly kill?: () => Promise<void>;
}

/**
 * Stands on the way to the engine, passes calls on, streams and hijacked connections among them, and lets happen to them
 * what its rules say. An agent is pointed at `host`.
 */
export class FaultProxy {
  readonly log = new CallLog();
  /** For `--docker-host`. */
  readonly host: string;
  readonly #directory: string;
  readonly #server: Server;
  readonly #options: FaultProxyOptions;
  readonly #earlier = new EarlierReplies();
  readonly #closing = new AbortController();
  readonly #sockets = new Set<Socket>();
  #rules: FaultRules;

  private constructor(directory: string, options: FaultProxyOptions) {
    this.#directory = directory;
    this.#options = options;
    this.#rules = new FaultRules(options.rules ?? []);
    this.host = `unix://${join(directory, 'docker.sock')}`;
    this.#server = createServer({ requestTimeout: 0, keepAliveTimeout: 0 });
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket)).on('error', () => undefined);
    });
    this.#server.on('request', (incoming: IncomingMessage, response: ServerResponse) => {
      void this.#serve(incoming, incoming, answerHttp(response));
    });
    this.#server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
      // Read first: it is not part of the stream that follows.
      void readUpgradeBody(incoming, socket, head).then(
        async (body) => this.#serve(incoming, body, answerUpgrade(socket)),
        () => socket.destroy(),
      );
    });
  }

  static async open(options: FaultProxyOptions): Promise<FaultProxy> {
    const directory = await mkdtemp(join(tmpdir(), 'kubelette-proxy-'));
    const proxy = new FaultProxy(directory, options);
    proxy.#server.listen(join(directory, 'docker.sock'));
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** From now on these, counted from now. */
  setRules(rules: readonly FaultRule[]): void {
    this.#rules = new FaultRules(rules);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** One call from its head to the end of its answer. Never rejects: what fails breaks the client's connection. */
  async #serve(incoming: IncomingMessage, body: EngineCall['body'], answer: Answer): Promise<void> {
    const { method = '', url = '', headers } = incoming;
    const name = { method, path: url.replace(/^\/v\d+\.\d+/, '') };
    const fault = this.#rules.next(name);
    const logged = this.log.add(name, fault);
    const signal = AbortSignal.any([this.#closing.signal, answer.gone]);
    try {
      if (await this.#happens(fault, 'before', answer, signal)) return;
      if (fault?.kind === 'late') {
        await this.#serveLate({ method, url, headers, body }, fault.ms, signal);
        return;
      }
      const reply = await callEngine(this.#options.engine, { method, url, headers, body }, signal);
      logged.status = reply.status;
      if (await this.#happens(fault, 'executed', answer, signal)) return;
      await this.#deliver(url, reply, fault, answer, signal);
      await this.#happens(fault, 'delivered', answer, signal);
    } catch (error) {
      if (error instanceof Broken || !isAbort(error, signal)) logged.outcome = 'broken';
      answer.break();
    }
  }

  /** @returns whether the call is over with that */
  async #happens(fault: Fault | undefined, phase: Phase, answer: Answer, signal: AbortSignal): Promise<boolean> {
    if (fault === undefined || !('phase' in fault) || fault.phase !== phase) return false;
    switch (fault.kind) {
      case 'delay':
        await systemClock.sleep(fault.ms, signal);
        return false;
      case 'hang':
        await once(signal, 'abort');
        return true;
      case 'reset':
        throw new Broken('reset');
      case 'error':
        answer.error(fault.status, `a fault on the way, ${phase}`);
        return true;
      case 'kill':
        await this.#options.kill?.();
        throw new Broken('killed');
    }
  }

  /** @param signal aborts when the client has gone */
  async #serveLate(call: EngineCall, ms: number, signal: AbortSignal): Promise<void> {
    // It goes with the client otherwise.
    const body = Buffer.isBuffer(call.body) ? call.body : await buffer(call.body);
    if (!signal.aborted) await once(signal, 'abort');
    await systemClock.sleep(ms, this.#closing.signal);
    const reply = await callEngine(this.#options.engine, { ...call, body }, this.#closing.signal);
    reply.body.resume();
  }

  async #deliver(
    url: string,
    reply: EngineReply,
    fault: Fault | undefined,
    answer: Answer,
    signal: AbortSignal,
  ): Promise<void> {
    const kept = await this.#earlier.remember(url, reply);
    const told = fault?.kind === 'stale' ? (this.#earlier.get(url, fault.back) ?? kept) : kept;
    await answer.send(told, withBodyFault(told.body, fault, signal), signal);
  }
}
