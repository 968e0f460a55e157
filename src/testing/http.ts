import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Readable, type Duplex } from 'node:stream';
import { errorMessage, KubeletteError } from '../lib/errors.js';

/** Statuses that never have a body; `Response` refuses one. */
const BODILESS = new Set([204, 205, 304]);

/**
 * One HTTP/1.1 exchange over a connection that is already there. Redirects are not followed: the address in them
 * need not be reachable from here.
 * @throws KubeletteError `Unavailable` when the connection breaks before the headers of the answer
 */
export async function fetchOver(connection: Duplex, request: Request, authority: string): Promise<Response> {
  const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer());
  const { pathname, search } = new URL(request.url);
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = httpRequest({
      createConnection: () => connection,
      method: request.method,
      path: pathname + search,
      headers: { host: authority, ...Object.fromEntries(request.headers) },
      signal: request.signal,
    });
    outgoing.on('response', resolve);
    outgoing.on('error', (error) => {
      if (request.signal.aborted) reject(request.signal.reason as Error);
      else reject(unavailable(request, authority, error));
    });
    outgoing.end(body);
  });
  return toResponse(incoming);
}

function toResponse(incoming: IncomingMessage): Response {
  const headers = new Headers();
  for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2)
    headers.append(incoming.rawHeaders[index] ?? '', incoming.rawHeaders[index + 1] ?? '');
  const status = incoming.statusCode ?? 500;
  const init = { status, statusText: incoming.statusMessage ?? '', headers };
  if (BODILESS.has(status)) {
    incoming.resume();
    return new Response(null, init);
  }
  return new Response(Readable.toWeb(incoming), init);
}

const unavailable = (request: Request, authority: string, cause: Error): KubeletteError =>
  new KubeletteError('Unavailable', `${request.method} ${authority}: ${errorMessage(cause)}`, { cause });
