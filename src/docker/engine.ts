import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type Docker from 'dockerode';
import type { Clock } from '../lib/clock.js';
import { CALL_DEADLINE_MS, withDeadline } from './deadline.js';
import { toKubeletteError } from './engine-error.js';
import { withLateAbort } from './late-abort.js';

export interface EngineRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Without version prefix and query: `/containers/json`. */
  readonly path: string;
  /** Objects are sent as JSON, as the engine expects its filters. */
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: object;
  /** A tar, instead of `body`. */
  readonly file?: Buffer;
  /** Goes into a header, as docker's `AuthConfig`. */
  readonly auth?: Readonly<Partial<Record<'username' | 'password' | 'identitytoken', string>>> & {
    readonly serveraddress: string;
  };
  /** Give up after this long; two minutes when absent. For streams: until the headers came. */
  readonly withinMs?: number;
  /**
   * After an abort the answer is still waited for, so many ms. A creation or start goes on at the engine when its caller
   * leaves, and what it makes would appear after the next look found nothing.
   */
  readonly settleMs?: number;
  /** On a connection that is opened for it and closed after it, rather than one that was kept. */
  readonly newConnection?: true;
}

/** What the engine said about itself when we connected. */
export interface EngineFacts {
  readonly version: string;
  readonly apiVersion: string;
  readonly architecture: string;
  /** Address and why it was chosen. */
  readonly endpoint: string;
}

/** The same engine twice. */
export interface EngineClients {
  /** Keeps connections. */
  readonly keeping: Docker;
  /** Opens one for each call. */
  readonly opening: Docker;
}

/**
 * Calls to one engine. All go through dockerode's modem directly: its typed methods would send a create body, with
 * environment values, in the query string too, and offer no way to give each call a deadline.
 */
export class Engine {
  readonly facts: EngineFacts;
  readonly clock: Clock;
  readonly #clients: EngineClients;

  constructor(clients: EngineClients, facts: EngineFacts, clock: Clock) {
    this.facts = facts;
    this.clock = clock;
    this.#clients = clients;
  }

  /** A short call. Resolves with the decoded JSON; 304 ("already so") is success. @throws KubeletteError */
  async call<T = unknown>(request: EngineRequest, signal: AbortSignal): Promise<T> {
    const { settleMs } = request;
    // As a stream too: of a whole reply that breaks off docker-modem never says anything.
    const ask = async (until: AbortSignal): Promise<T> =>
      this.#dial(request, { isStream: true }, until, async (reply) => (await decoded(reply as IncomingMessage)) as T);
    return settleMs === undefined ? ask(signal) : withLateAbort(signal, settleMs, this.clock, ask);
  }

  /**
   * A reply that is read as it comes. It never emits an unhandled error; `signal` ends it.
   * @throws KubeletteError when the engine refuses or does not answer
   */
  async stream(request: EngineRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const response = await this.#dial(request, { isStream: true }, signal, (reply) => reply as IncomingMessage);
    destroyOnAbort(response, signal);
    return response;
  }

  /** A raw two-way connection after the engine switched protocols. `end()` half-closes it; `signal` ends it. */
  async hijack(request: EngineRequest, signal: AbortSignal): Promise<Socket> {
    const socket = await this.#dial(request, { isStream: true, hijack: true }, signal, (reply) => reply as Socket);
    socket.setTimeout(0);
    destroyOnAbort(socket, signal);
    return socket;
  }

  /** @param receive what is to be had of the reply within the deadline */
  async #dial<T>(
    request: EngineRequest,
    flags: DialFlags,
    signal: AbortSignal,
    receive: (reply: unknown) => T | Promise<T>,
  ): Promise<T> {
    const options = {
      ...flags,
      method: request.method,
      // The question mark makes the modem append the query.
      path: request.query === undefined ? request.path : `${request.path}?`,
      options: { _query: request.query ?? {}, _body: request.body ?? {} },
      ...(request.file === undefined ? {} : { file: request.file }),
      ...(request.auth === undefined ? {} : { authconfig: { ...request.auth } }),
      // An empty JSON object rather than nothing, or the modem announces a chunked body that never comes.
      allowEmpty: request.file === undefined,
      statusCodes: SUCCESS,
    };
    try {
      return await withDeadline(
        `the Docker engine at ${this.facts.endpoint}`,
        request.withinMs ?? CALL_DEADLINE_MS,
        this.clock,
        signal,
        async (bounded) => {
          const { keeping, opening } = this.#clients;
          const { modem } = request.newConnection === true ? opening : keeping;
          return receive(await answer(modem, { ...options, abortSignal: bounded }));
        },
      );
    } catch (error) {
      signal.throwIfAborted();
      throw toKubeletteError(error, this.facts.endpoint);
    }
  }
}

async function answer(modem: ModemLike, options: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    modem.dial(options, (error, result) => {
      if (error) reject(error);
      else resolve(result);
    });
  });
}

/** JSON as what it says, anything else as text. @throws when it breaks off */
async function decoded(reply: IncomingMessage): Promise<unknown> {
  const said = await text(reply);
  const { 'content-type': type = '' } = reply.headers;
  return said !== '' && type.startsWith('application/json') ? (JSON.parse(said) as unknown) : said;
}

interface DialFlags {
  readonly isStream: true;
  readonly hijack?: true;
}

interface ModemLike {
  dial(options: object, callback: (error: Error | null, result: unknown) => void): void;
}

const SUCCESS = { 101: true, 200: true, 201: true, 204: true, 304: true };

function destroyOnAbort(stream: IncomingMessage | Socket, signal: AbortSignal): void {
  // Readers see errors through the iterator or pipeline they use; between two readers an error must not crash us.
  stream.on('error', () => undefined);
  const onAbort = (): void => void stream.destroy(signal.reason as Error);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  void once(stream, 'close').then(
    () => signal.removeEventListener('abort', onAbort),
    () => signal.removeEventListener('abort', onAbort),
  );
}
