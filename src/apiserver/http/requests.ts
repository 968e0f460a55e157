import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { abortable, FINISHED } from '../../lib/abort.js';
import type { Clock } from '../../lib/clock.js';
import type { Logger } from '../../lib/logger.js';
import { admit, type AdmissionParts } from './admission.js';
import { toStatusError } from './error-status.js';
import type { ServerLimits } from './limits.js';
import { readBody } from './read-body.js';
import type { Sessions } from './sessions.js';
import { StatusError } from './status-error.js';
import type { ApiRequest, ApiResponse, Route } from './types.js';
import { writeResponse } from './write-response.js';

/** What one server's requests share. */
export interface ServerParts extends AdmissionParts {
  readonly limits: ServerLimits;
  readonly sessions: Sessions;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Answers every ordinary request: admission, handler, response; whatever goes wrong becomes a `Status`. */
export function createRequestListener(parts: ServerParts): RequestListener {
  return (raw, response) => void serve(parts, raw, response);
}

/** Never rejects. */
async function serve(parts: ServerParts, raw: IncomingMessage, response: ServerResponse): Promise<void> {
  const { sessions, clock, logger } = parts;
  const { controller, end } = sessions.begin();
  const { signal } = controller;
  const startedAt = clock.monotonic();
  response.once('close', () => {
    end();
    // Nothing else will be asked here, and the server waits for its connections.
    if (sessions.stopping) raw.socket.destroySoon();
    const ms = Math.round(clock.monotonic() - startedAt);
    // Without the query: it carries the command lines of exec.
    logger.debug({ method: raw.method, path: pathOf(raw), status: response.statusCode, ms }, 'request');
  });
  // An aborted upload; the signal tells.
  raw.on('error', () => undefined);
  response.on('error', () => undefined);
  try {
    const { match, request } = admit(parts, raw, signal);
    let body: Promise<Buffer> | undefined;
    const whole = { ...request, body: () => (body ??= readBody(raw, parts.limits, clock, signal)) };
    const answer = await answerInTime(parts, match.route, whole, response, controller);
    await write(parts, response, answer, signal);
  } catch (error) {
    fail(parts, raw, response, error, signal);
  }
}

/** The handler has this long to answer, not to finish a stream or a response of its own. */
async function answerInTime(
  { limits, clock }: ServerParts,
  route: Route,
  request: ApiRequest,
  response: ServerResponse,
  controller: AbortController,
): Promise<ApiResponse> {
  const answered = new AbortController();
  const late = (): void => {
    if (!response.headersSent) controller.abort(new StatusError(504, 'Timeout', 'the request took too long'));
  };
  clock.sleep(limits.answerTimeoutMs, answered.signal).then(late, () => undefined);
  try {
    return await abortable(route.handle(request, response), controller.signal);
  } finally {
    answered.abort(FINISHED);
  }
}

async function write(
  { sessions }: ServerParts,
  response: ServerResponse,
  answer: ApiResponse,
  signal: AbortSignal,
): Promise<void> {
  if (answer.kind !== 'stream') return writeResponse(response, answer, signal);
  const closeStream = sessions.openStream();
  try {
    await writeResponse(response, answer, signal);
  } finally {
    closeStream();
  }
}

function fail(
  { sessions, logger }: ServerParts,
  raw: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  signal: AbortSignal,
): void {
  if (response.destroyed || response.closed) return;
  if (response.headersSent) {
    // A stopping server ends its watches in order; a stream that broke must not look complete.
    if (signal.reason === sessions.stopped) response.end();
    else {
      logger.warn({ err: error, method: raw.method, path: pathOf(raw) }, 'answer broken off');
      response.destroy();
    }
    return;
  }
  const status = toStatusError(error);
  if (status.code === 500) logger.error({ err: error, method: raw.method, path: pathOf(raw) }, 'request failed');
  // Who sends what cannot be understood or may not ask starts again with a fresh connection.
  if (CLOSING.has(status.code)) response.setHeader('Connection', 'close');
  for (const name of response.getHeaderNames()) if (name !== 'connection') response.removeHeader(name);
  void writeResponse(response, { kind: 'object', status: status.code, object: status.toStatus() }, signal);
}

const CLOSING: ReadonlySet<number> = new Set([400, 401, 408, 431]);

const pathOf = (raw: IncomingMessage): string => (raw.url ?? '').split('?', 1)[0] ?? '';
