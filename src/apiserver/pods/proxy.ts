import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Pod } from '../../api/schema/pod.js';
import { errorMessage } from '../../lib/errors.js';
import { badRequest, StatusError } from '../http/status-error.js';
import type { ApiRequest, Route } from '../http/types.js';
import { parsePort } from '../streaming/forward.js';
import { requestedPod } from './find-container.js';
import { podTarget, type PodStreams } from './pod-streams.js';
import { forwardedHeaders } from './proxy-headers.js';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const PREFIX = /^\/api\/v1\/namespaces\/[^/?]+\/pods\/[^/?]+\/proxy/;

interface ProxyTarget {
  readonly pod: Pod;
  readonly port: number;
  /** As the client wrote it, query and all. */
  readonly path: string;
}

/** `pods/[http:]NAME[:PORT]/proxy/PATH`: plain HTTP to a port of the pod, any method, WebSocket upgrades too. */
export function proxyRoutes(parts: PodStreams): readonly Route[] {
  const handle: Route['handle'] = async (request, response) => {
    const target = proxyTarget(parts, request);
    await exchange(request, response, target, await dial(parts, target, request.signal));
    return { kind: 'handled' };
  };
  const upgrade: NonNullable<Route['upgrade']> = async (request, socket, head) => {
    const target = proxyTarget(parts, request);
    const remote = await dial(parts, target, request.signal);
    const lines = ['Host', hostOf(target), ...forwardedHeaders(request.raw.rawHeaders, true)];
    remote.write(`${request.method} ${target.path} HTTP/1.1\r\n${headerText(lines)}\r\n`);
    if (head.length > 0) remote.write(head);
    const { signal } = request;
    // Either side may hang up at any time, and in any way.
    await Promise.allSettled([pipeline(socket, remote, { signal }), pipeline(remote, socket, { signal })]);
  };
  const base = '/api/v1/namespaces/:namespace/pods/:name/proxy';
  return METHODS.flatMap((method) =>
    [base, `${base}/*`].map((pattern): Route => ({ method, pattern, handle, upgrade })),
  );
}

/** @throws StatusError 404, 400 */
function proxyTarget(parts: PodStreams, { params, raw }: Omit<ApiRequest, 'body'>): ProxyTarget {
  const fields = (params['name'] ?? '').split(':');
  if (fields.length === 3 && fields[0] === '') fields.shift();
  const [scheme, name = '', portText = ''] = fields.length === 3 ? fields : ['http', ...fields];
  if (scheme !== 'http') throw badRequest(`proxy to a pod: only http is supported, not ${JSON.stringify(scheme)}`);
  const pod = requestedPod(parts, { params: { ...params, name } });
  const path = (raw.url ?? '').replace(PREFIX, '');
  return { pod, port: portOf(pod, portText), path: path.startsWith('/') ? path : `/${path}` };
}

/** A number, the name of a port, or nothing for the first declared one. */
function portOf(pod: Pod, text: string): number {
  const declared = pod.spec.containers.flatMap(({ ports }) => ports ?? []);
  if (text === '') return declared[0]?.containerPort ?? 80;
  const port = parsePort(text) ?? declared.find(({ name }) => name === text)?.containerPort;
  if (port === undefined) throw badRequest(`pod ${pod.metadata.name} has no port ${JSON.stringify(text)}`);
  return port;
}

async function dial({ operations }: PodStreams, { pod, port }: ProxyTarget, signal: AbortSignal): Promise<Duplex> {
  try {
    return (await operations.dial(podTarget(pod), port, 'pod', signal)).on('error', () => undefined);
  } catch (error) {
    signal.throwIfAborted();
    throw unreachable(error);
  }
}

async function exchange(
  { method, raw, signal }: ApiRequest,
  response: ServerResponse,
  target: ProxyTarget,
  connection: Duplex,
): Promise<void> {
  try {
    const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = httpRequest({
        createConnection: () => connection,
        method,
        path: target.path,
        setHost: false,
        headers: ['Host', hostOf(target), 'Connection', 'close', ...forwardedHeaders(raw.rawHeaders, false)],
        signal,
      });
      outgoing.on('response', resolve).on('error', reject);
      // A pod that answers early need not read the rest.
      pipeline(raw, outgoing).catch(() => undefined);
    });
    response.writeHead(
      incoming.statusCode ?? 502,
      incoming.statusMessage ?? '',
      forwardedHeaders(incoming.rawHeaders, false),
    );
    // A stream without bytes yet has to look open to the client.
    response.flushHeaders();
    await pipeline(incoming, response);
  } catch (error) {
    signal.throwIfAborted();
    if (response.headersSent) throw error;
    throw unreachable(error);
  } finally {
    connection.destroy();
  }
}

const hostOf = ({ pod, port }: ProxyTarget): string => `${pod.status?.podIP ?? 'localhost'}:${port}`;

const headerText = (lines: readonly string[]): string =>
  lines.map((text, index) => (index % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join('');

/** Source: apimachinery pkg/util/proxy */
const unreachable = (error: unknown): StatusError =>
  new StatusError(503, 'ServiceUnavailable', `error trying to reach service: ${errorMessage(error)}`);
