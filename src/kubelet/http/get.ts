import { errorMessage, hasCode } from '../../lib/errors.js';
import { DialError, joinHostPort, type Connect } from './connect.js';
import { exchange, type HttpAnswer } from './exchange.js';
import { redirectedRequest, requestUrl, type HttpRequest } from './request.js';

/** What Go says, and the kubelet looks for, when there is no TLS at the other end. */
export const NOT_TLS = 'http: server gave HTTP response to HTTPS client';

/** Source: Go net/http, and kubelet's RedirectChecker. */
const REDIRECT_LIMIT = 10;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/** No answer came, and the other side is to blame: `Get "http://10.1.2.3:80/": EOF`. */
export class GetError extends Error {
  override readonly name = 'GetError';
}

/**
 * A GET as probes and hooks make it: redirects are followed as long as they stay on the host, else the redirect is the answer.
 *
 * @param use gets the answer as soon as its headers are there, and what it throws is thrown
 * @throws GetError; the reason of `signal`, unless that is a `Timeout`; trouble of the engine by the way of which it went
 * Source: kubelet pkg/probe/http
 */
export async function httpGet<T>(
  connect: Connect,
  first: HttpRequest,
  signal: AbortSignal,
  use: (answer: HttpAnswer) => Promise<T>,
): Promise<T> {
  let request = first;
  for (let redirects = 0; ; redirects += 1) {
    if (redirects === REDIRECT_LIMIT) throw failure(request, `stopped after ${REDIRECT_LIMIT} redirects`);
    const current = request;
    const reached = { connected: false, answered: false };
    const noted: Connect = async (...to) => {
      const connection = await connect(...to);
      reached.connected = true;
      return connection;
    };
    try {
      const outcome = await exchange(noted, current, signal, async (answer) => {
        reached.answered = true;
        const next = followed(current, answer);
        return next === undefined ? { result: await use(answer) } : { next };
      });
      if ('result' in outcome) return outcome.result;
      request = outcome.next;
    } catch (error) {
      if (reached.answered || isOurs(error) || (signal.aborted && !isTimeout(signal.reason))) throw error;
      throw failure(current, reasonOf(error, current, reached.connected), error);
    }
  }
}

function followed(request: HttpRequest, { location, statusCode }: HttpAnswer): HttpRequest | undefined {
  return REDIRECTS.includes(statusCode) && location !== undefined ? redirectedRequest(request, location) : undefined;
}

const failure = (request: HttpRequest, reason: string, cause?: unknown): GetError =>
  new GetError(`Get ${JSON.stringify(requestUrl(request))}: ${reason}`, { cause });

const isTimeout = (error: unknown): boolean => hasCode(error, 'Timeout');

/** The engine, by the way of which it went, did not do its part: our trouble, not the container's. */
const isOurs = (error: unknown): boolean =>
  error instanceof Error && error.name === 'KubeletteError' && !isTimeout(error);

/** Go's words for what Node says otherwise. */
function reasonOf(error: unknown, { host, port }: HttpRequest, connected: boolean): string {
  if (error instanceof DialError) return error.message;
  const { code } = error as NodeJS.ErrnoException;
  if (isTimeout(error)) {
    const what = connected ? errorMessage(error) : `dial tcp ${joinHostPort(host, port)}: i/o timeout`;
    return `${what} (Client.Timeout exceeded while awaiting headers)`;
  }
  const message = errorMessage(error);
  if (message === 'socket hang up') return 'EOF';
  if (code === 'ECONNRESET') return 'read: connection reset by peer';
  if (code === 'EPROTO' || /wrong version number/.test(message)) return NOT_TLS;
  if (code?.startsWith('HPE_') === true) return `net/http: HTTP/1.x transport connection broken: ${message}`;
  return message;
}
