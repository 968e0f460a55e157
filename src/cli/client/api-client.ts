import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import { KubeletteError } from '../../lib/errors.js';
import { VERSION } from '../version.js';
import { toApiError } from './api-error.js';
import type { Connection } from './kubeconfig.js';

/** Query parameters; undefined ones are left out, lists repeat the name. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

export interface ApiCall {
  /** GET unless given. */
  readonly method?: string;
  readonly path: string;
  readonly query?: Query;
  /** JSON unless given. */
  readonly accept?: string;
  readonly body?: { readonly type: string; readonly text: string };
  /** What is told when the connection is lost: `following the logs of pod web`. Unless given: `watching /api/v1/pods`. */
  readonly doing?: string;
}

/** An answer as it comes. */
export interface StreamedAnswer {
  readonly response: IncomingMessage;
  /** Its body. @throws Unavailable when the connection is lost; the signal's reason when it aborts */
  readonly chunks: AsyncIterable<Buffer>;
}

/** An answer read to its end. */
export interface ApiAnswer {
  readonly status: number;
  readonly text: string;
  readonly contentType: string;
}

/** What a WebSocket client needs besides the address. */
export type TlsOptions = Pick<SecureContextOptions, 'ca' | 'cert' | 'key'> & {
  readonly servername?: string;
  readonly rejectUnauthorized: boolean;
};

/** HTTP to the API server of one kubeconfig context. Connections are kept and used again. */
export class ApiClient {
  readonly connection: Connection;
  readonly tls: TlsOptions;
  readonly headers: Readonly<Record<string, string>>;
  readonly #agent: HttpAgent;
  readonly #warn: (text: string) => void;

  /** @param warn is told the texts of `Warning` headers */
  constructor(connection: Connection, warn: (text: string) => void) {
    const { ca, cert, insecure, key, serverName, server, token } = connection;
    const secure = server.protocol === 'https:';
    this.connection = connection;
    this.tls = {
      rejectUnauthorized: !insecure,
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(serverName === undefined ? {} : { servername: serverName }),
    };
    // As kubectl: what proves who we are is for encrypted connections only.
    this.headers = {
      'user-agent': `kubelette/${VERSION}`,
      ...(token !== undefined && secure ? { authorization: `Bearer ${token}` } : {}),
    };
    this.#agent = secure ? new HttpsAgent({ ...this.tls, keepAlive: true }) : new HttpAgent({ keepAlive: true });
    this.#warn = warn;
  }

  /** The address of a request. */
  url(path: string, query: Query = {}): URL {
    const url = new URL(this.connection.server);
    url.pathname = url.pathname.replace(/\/$/, '') + path;
    for (const [name, value] of Object.entries(query)) {
      if (value === undefined) continue;
      for (const one of Array.isArray(value) ? (value as readonly string[]) : [String(value)])
        url.searchParams.append(name, one);
    }
    return url;
  }

  /** An answer as it comes. @throws ApiError when the server refuses; Unavailable when it is not there */
  async stream(call: ApiCall, signal: AbortSignal): Promise<StreamedAnswer> {
    const response = await this.#send(call, signal);
    this.#tellWarnings(response.headers['warning']);
    const { statusCode = 0 } = response;
    const chunks = chunksOf(response, signal, (error) => connectionLost(this.url(call.path), call, error));
    if (statusCode >= 200 && statusCode < 300) return { response, chunks };
    throw toApiError(statusCode, await readText(chunks));
  }

  /** The whole answer. @throws as `stream` */
  async text(call: ApiCall, signal: AbortSignal): Promise<ApiAnswer> {
    const { chunks, response } = await this.stream(call, signal);
    return {
      status: response.statusCode ?? 0,
      text: await readText(chunks),
      contentType: response.headers['content-type'] ?? '',
    };
  }

  /** The answer's JSON; its shape is the API's promise. @throws as `stream` */
  async json<T>(call: ApiCall, signal: AbortSignal): Promise<T> {
    const { text } = await this.text(call, signal);
    return JSON.parse(text) as T;
  }

  /** Ends connections that are kept. */
  close(): void {
    this.#agent.destroy();
  }

  #send({ accept = 'application/json', body, method = 'GET', path, query }: ApiCall, signal: AbortSignal) {
    const url = this.url(path, query);
    const options: RequestOptions = {
      method,
      agent: this.#agent,
      signal,
      headers: {
        ...this.headers,
        accept,
        ...(body === undefined
          ? {}
          : { 'content-type': body.type, 'content-length': Buffer.byteLength(body.text).toString() }),
      },
    };
    return new Promise<IncomingMessage>((resolve, reject) => {
      const request = url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options);
      request.on('response', resolve);
      request.on('error', (error) => reject(signal.aborted ? (signal.reason as Error) : unreachable(url, error)));
      request.end(body?.text);
    });
  }

  #tellWarnings(header: string | undefined): void {
    // Node joins several headers of the name with a comma.
    for (const [, text = ''] of (header ?? '').matchAll(/\b299 \S+ "((?:[^"\\]|\\.)*)"/g))
      this.#warn(text.replace(/\\(.)/g, '$1'));
  }
}

const WHAT_TO_DO = '(is the agent running? start it: kubelette agent)';

/** What keeps us from the server, in kubectl's words where it has some. */
export function unreachable(url: URL, error: NodeJS.ErrnoException): KubeletteError {
  const message =
    error.code === 'ECONNREFUSED'
      ? `The connection to the server ${url.host} was refused - did you specify the right host or port? ${WHAT_TO_DO}`
      : `Unable to connect to the server ${url.host}: ${error.message}`;
  return new KubeletteError('Unavailable', message, { cause: error });
}

function connectionLost(
  { host }: URL,
  { doing, method = 'GET', path, query = {} }: ApiCall,
  error: unknown,
): KubeletteError {
  const verb = query['watch'] === true ? 'watching' : method === 'GET' ? 'reading' : 'sending to';
  const message = `The connection to the server ${host} was lost while ${doing ?? `${verb} ${path}`} ${WHAT_TO_DO}`;
  return new KubeletteError('Unavailable', message, { cause: error });
}

async function* chunksOf(
  response: IncomingMessage,
  signal: AbortSignal,
  toError: (error: unknown) => KubeletteError,
): AsyncGenerator<Buffer, void, undefined> {
  const chunks = (response as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  try {
    for (;;) {
      // Only what the connection throws: not what is thrown by those who take the chunks.
      const next = await chunks.next().catch((error: unknown) => {
        throw signal.aborted ? signal.reason : toError(error);
      });
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    response.destroy();
  }
}

/** The rest of a body as text. */
export async function readText(body: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
