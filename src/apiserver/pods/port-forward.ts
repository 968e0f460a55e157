import type { Duplex } from 'node:stream';
import { createWebSocketStream } from 'ws';
import type { Pod } from '../../api/schema/pod.js';
import { errorMessage, KubeletteError } from '../../lib/errors.js';
import { badRequest, StatusError } from '../http/status-error.js';
import type { ApiRequest, Route } from '../http/types.js';
import { parsePort, type DialPort } from '../streaming/forward.js';
import { PORT_FORWARD_PROTOCOL, PORT_FORWARD_TUNNEL, serveSpdyPortForward } from '../streaming/spdy-port-forward.js';
import { acceptSpdy, isSpdyUpgrade, negotiateStreamProtocol } from '../streaming/spdy-upgrade.js';
import { acceptWebSocket, isWebSocketUpgrade, offeredProtocols } from '../streaming/websocket.js';
import {
  MAX_CHANNEL_PORTS,
  serveWebSocketPortForward,
  WEBSOCKET_PORT_PROTOCOLS,
} from '../streaming/websocket-port-forward.js';
import { requestedPod } from './find-container.js';
import { podTarget, type PodStreams } from './pod-streams.js';
import { unknownUpgrade, upgradeRequired } from './upgrade-required.js';

type UpgradeRequest = Omit<ApiRequest, 'body'>;

/**
 * `pods/NAME/portforward`: connections to the pod's loopback, over SPDY, over SPDY in a WebSocket (kubectl from 1.31 on),
 * or over WebSocket channels (`?ports=80,81`; Python and JavaScript).
 */
export function portForwardRoutes(parts: PodStreams): readonly Route[] {
  const handle: Route['handle'] = async (request) => {
    runningPod(parts, request);
    throw upgradeRequired();
  };
  const upgrade: NonNullable<Route['upgrade']> = async (request, socket, head) => {
    const { headers, signal } = request;
    const dial = dialer(parts, runningPod(parts, request));
    if (isWebSocketUpgrade(headers)) return overWebSocket(parts, request, socket, head, dial);
    if (!isSpdyUpgrade(headers)) throw unknownUpgrade();
    acceptSpdy(socket, head, negotiateStreamProtocol(headers, [PORT_FORWARD_PROTOCOL], PORT_FORWARD_PROTOCOL));
    return serveSpdyPortForward(socket, dial, parts.clock, signal);
  };
  const pattern = '/api/v1/namespaces/:namespace/pods/:name/portforward';
  return [
    { method: 'GET', pattern, handle, upgrade },
    { method: 'POST', pattern, handle, upgrade },
  ];
}

/** @throws StatusError 404, 400 */
function runningPod(parts: PodStreams, request: UpgradeRequest): Pod {
  const pod = requestedPod(parts, request);
  const phase = pod.status?.phase ?? 'Pending';
  if (phase === 'Running') return pod;
  throw badRequest(`unable to forward port because pod is not running. Current status=${phase}`);
}

async function overWebSocket(
  { clock }: PodStreams,
  { headers, query, raw, signal }: UpgradeRequest,
  socket: Duplex,
  head: Buffer,
  dial: DialPort,
): Promise<void> {
  const offered = offeredProtocols(headers);
  if (offered.includes(PORT_FORWARD_TUNNEL)) {
    const websocket = acceptWebSocket(raw, socket, head, PORT_FORWARD_TUNNEL);
    return serveSpdyPortForward(createWebSocketStream(websocket), dial, clock, signal);
  }
  const name = offered.find((candidate) => WEBSOCKET_PORT_PROTOCOLS.has(candidate));
  const encoding = WEBSOCKET_PORT_PROTOCOLS.get(name ?? 'channel.k8s.io');
  if (encoding === undefined || (name === undefined && offered.length > 0))
    throw new StatusError(
      403,
      'Forbidden',
      `unable to upgrade: none of the WebSocket protocols [${offered.join(' ')}] is known here`,
    );
  const ports = requestedPorts(query, MAX_CHANNEL_PORTS[encoding]);
  const websocket = acceptWebSocket(raw, socket, head, name);
  return serveWebSocketPortForward(websocket, encoding, ports, dial, clock, signal);
}

/** `ports=80&ports=81` or `ports=80,81`. @throws StatusError 400 */
function requestedPorts(query: URLSearchParams, most: number): readonly number[] {
  const texts = query.getAll('ports').flatMap((text) => text.split(','));
  if (texts.length === 0) throw badRequest('query parameter "ports" is required');
  if (texts.length > most) throw badRequest(`query parameter "ports": at most ${most} ports at a time`);
  return texts.map((text) => {
    const port = parsePort(text);
    if (port === undefined)
      throw badRequest(`query parameter "ports": unable to parse ${JSON.stringify(text)} as a port`);
    return port;
  });
}

/** Connects to the pod of this session and to no later one of the same name. */
function dialer({ operations, findPod }: PodStreams, pod: Pod): DialPort {
  const { uid } = pod.metadata;
  const target = podTarget(pod);
  return async (port, signal) => {
    const about = `error forwarding port ${port} to pod ${target.name}, uid ${uid ?? ''}`;
    if (findPod(target.namespace, target.name)?.metadata.uid !== uid)
      throw new KubeletteError('NotFound', `${about}: the pod is gone`);
    try {
      return await operations.dial(target, port, 'loopback', signal);
    } catch (error) {
      signal.throwIfAborted();
      throw new KubeletteError(
        'Unavailable',
        `${about}: failed to connect to localhost:${port}: ${errorMessage(error)}`,
        {
          cause: error,
        },
      );
    }
  };
}
