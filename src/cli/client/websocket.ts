import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { readText, unreachable, type ApiClient, type Query } from './api-client.js';
import { toApiError } from './api-error.js';

/**
 * Opens a WebSocket with one of Kubernetes' sub-protocols. It is closed at once when the signal aborts.
 * @throws ApiError when the server refuses; Unavailable when it is not there
 */
export async function openWebSocket(
  client: ApiClient,
  { path, query, protocol }: { readonly path: string; readonly query: Query; readonly protocol: string },
  signal: AbortSignal,
): Promise<WebSocket> {
  signal.throwIfAborted();
  const url = client.url(path, query);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(url, [protocol], { ...client.tls, headers: client.headers, perMessageDeflate: false });
  const terminate = (): void => socket.terminate();
  signal.addEventListener('abort', terminate, { once: true });
  socket.once('close', () => signal.removeEventListener('abort', terminate));
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('unexpected-response', (_request, response: IncomingMessage) => {
      readText(response)
        .then((text) => reject(toApiError(response.statusCode ?? 0, text)))
        .catch(reject);
    });
    // Stays, so that nothing that breaks later is unheard; what matters then is the close that follows.
    socket.on('error', (error) => reject(signal.aborted ? (signal.reason as Error) : unreachable(url, error)));
  });
  return socket;
}
