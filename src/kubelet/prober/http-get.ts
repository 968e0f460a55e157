import { errorMessage } from '../../lib/errors.js';
import type { Attempt } from './attempt.js';
import { DialError, joinHostPort, type Connect } from './connect.js';
import { exchange, type HttpAnswer } from './http-exchange.js';
import { redirectedRequest, requestUrl, type HttpRequest } from './http-request.js';
import { isTimeout } from './patience.js';

/** Source: Go net/http, and kubelet's RedirectChecker. */
const REDIRECT_LIMIT = 10;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/**
 * A GET that follows redirects as long as they stay on the host. Whatever keeps the headers of an answer from arriving is
 * the container's failure; a body that breaks off is an error that says nothing. Source: kubelet pkg/probe/http.
 */
export async function probeHttpGet(connect: Connect, first: HttpRequest, signal: AbortSignal): Promise<Attempt> {
  let request = first;
  for (let redirects = 0; ; redirects += 1) {
    if (redirects === REDIRECT_LIMIT) return failure(request, `stopped after ${REDIRECT_LIMIT} redirects`);
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
        return followed(current, answer) ?? { attempt: judge(answer.statusCode, await answer.body()) };
      });
      if ('attempt' in outcome) return outcome.attempt;
      request = outcome;
    } catch (error) {
      if (reached.answered || isOurs(error) || (signal.aborted && !isTimeout(signal.reason))) throw error;
      return failure(current, reasonOf(error, current, reached.connected));
    }
  }
}

function followed(request: HttpRequest, { location, statusCode }: HttpAnswer): HttpRequest | undefined {
  return REDIRECTS.includes(statusCode) && location !== undefined ? redirectedRequest(request, location) : undefined;
}

function judge(statusCode: number, body: string): Attempt {
  if (statusCode < 200 || statusCode >= 400) {
    return { verdict: 'failure', output: `HTTP probe failed with statuscode: ${statusCode}` };
  }
  if (statusCode < 300) return { verdict: 'success', output: body };
  return { verdict: 'warning', output: `Probe terminated redirects, Response body: ${body}` };
}

const failure = (request: HttpRequest, reason: string): Attempt => ({
  verdict: 'failure',
  output: `Get ${JSON.stringify(requestUrl(request))}: ${reason}`,
});

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
  if (code === 'EPROTO' || /wrong version number/.test(message))
    return 'http: server gave HTTP response to HTTPS client';
  if (code?.startsWith('HPE_') === true) return `net/http: HTTP/1.x transport connection broken: ${message}`;
  return message;
}
