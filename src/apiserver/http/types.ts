import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Chunk } from './chunk.js';

/** Who asks, as the credential says. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

/** A request that passed the guard and found its route. */
export interface ApiRequest {
  readonly method: string;
  /** Decoded, without query and trailing slash. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** Values of the route's `:name` parts, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly user: User;
  /** Aborts when the client is gone, the deadline passed or the server stops. */
  readonly signal: AbortSignal;
  /** The whole body, at most 3 MiB. @throws StatusError 413 when larger; 400 when it ends early */
  readonly body: () => Promise<Buffer>;
  /** For the few that stream the body themselves. */
  readonly raw: IncomingMessage;
}

/** `Chunk`: what is sent to many. */
export type StreamPiece = Buffer | string | Chunk;

/**
 * What a handler answers. `object` goes out as JSON; `stream` is written with back-pressure, headers first, and ends the
 * response when it ends; a slow reader delays only itself. Warnings become `Warning: 299 - "…"` headers.
 */
export type ApiResponse =
  | {
      readonly kind: 'object';
      readonly status: number;
      readonly object: unknown;
      readonly warnings?: readonly string[];
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'text'; readonly status: number; readonly text: string; readonly contentType: string }
  | {
      readonly kind: 'stream';
      readonly status: number;
      readonly contentType: string;
      readonly chunks: AsyncIterable<StreamPiece>;
    }
  /** The handler wrote the response itself (proxy). */
  | { readonly kind: 'handled' };

export type ApiHandler = (request: ApiRequest, response: ServerResponse) => Promise<ApiResponse>;

/** An authorised `Connection: Upgrade` request; `head` are bytes the client sent ahead. The handler owns the socket. */
type UpgradeHandler = (request: Omit<ApiRequest, 'body'>, socket: Duplex, head: Buffer) => Promise<void>;

/** One line of the routing table. Patterns are find-my-way's: `/api/v1/namespaces/:namespace/pods/:name/log`. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly pattern: string;
  readonly handle: ApiHandler;
  /** Present: the route may be upgraded (GET with WebSocket, GET or POST with SPDY/3.1). */
  readonly upgrade?: UpgradeHandler;
}
