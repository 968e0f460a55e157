import type { Pod } from '../../api/schema/pod.js';
import { booleanParameter } from '../http/query.js';
import { badRequest, StatusError } from '../http/status-error.js';
import type { ApiRequest, Route } from '../http/types.js';
import type { CommandStreams } from '../streaming/command-channels.js';
import type { OpenSession } from '../streaming/serve-command.js';
import { serveSpdyCommand, SPDY_COMMAND_PROTOCOLS } from '../streaming/spdy-command.js';
import { acceptSpdy, isSpdyUpgrade, negotiateStreamProtocol } from '../streaming/spdy-upgrade.js';
import { acceptWebSocket, isWebSocketUpgrade, offeredProtocols } from '../streaming/websocket.js';
import { serveWebSocketCommand, WEBSOCKET_COMMAND_PROTOCOLS } from '../streaming/websocket-command.js';
import { chooseContainer, requestedPod, requireRunning } from './find-container.js';
import type { PodStreams } from './pod-streams.js';
import { unknownUpgrade, upgradeRequired } from './upgrade-required.js';

type UpgradeRequest = Omit<ApiRequest, 'body'>;

/** What exec and attach share: the container, and which streams. */
export interface CommandRequest {
  readonly pod: Pod;
  readonly container: string;
  readonly streams: CommandStreams;
  readonly query: URLSearchParams;
}

/**
 * The routes of exec or attach: GET for WebSocket, GET and POST for SPDY. All that can be refused is refused before the
 * upgrade, and nothing is started before it: kubectl tries the one, then the other.
 *
 * @param prepare checks the rest of the request; what it returns is called after the upgrade
 */
export function commandRoutes(
  parts: PodStreams,
  subresource: 'exec' | 'attach',
  prepare: (request: CommandRequest) => OpenSession,
): readonly Route[] {
  const read = (request: UpgradeRequest): { streams: CommandStreams; open: OpenSession } => {
    const { query } = request;
    const pod = requestedPod(parts, request);
    const container = chooseContainer(pod, query.get('container'));
    const streams = requestedStreams(query);
    const open = prepare({ pod, container, streams, query });
    requireRunning(pod, container);
    return { streams, open };
  };
  const handle: Route['handle'] = async (request) => {
    read(request);
    throw upgradeRequired();
  };
  const upgrade: NonNullable<Route['upgrade']> = async (request, socket, head) => {
    const { headers, raw, signal } = request;
    const { streams, open } = read(request);
    if (isWebSocketUpgrade(headers)) {
      const { name, protocol } = negotiateWebSocket(headers);
      const websocket = acceptWebSocket(raw, socket, head, name);
      return serveWebSocketCommand(websocket, protocol, streams, open, parts.clock, signal);
    }
    if (!isSpdyUpgrade(headers)) throw unknownUpgrade();
    const name = negotiateStreamProtocol(headers, [...SPDY_COMMAND_PROTOCOLS.keys()], 'channel.k8s.io');
    acceptSpdy(socket, head, name);
    return serveSpdyCommand(socket, SPDY_COMMAND_PROTOCOLS.get(name) ?? 1, streams, open, parts.clock, signal);
  };
  const pattern = `/api/v1/namespaces/:namespace/pods/:name/${subresource}`;
  return [
    { method: 'GET', pattern, handle, upgrade },
    { method: 'POST', pattern, handle, upgrade },
  ];
}

/** @throws StatusError 400 */
function requestedStreams(query: URLSearchParams): CommandStreams {
  const streams = {
    stdin: booleanParameter(query, 'stdin'),
    stdout: booleanParameter(query, 'stdout'),
    stderr: booleanParameter(query, 'stderr'),
    tty: booleanParameter(query, 'tty'),
  };
  if (streams.stdin || streams.stdout || streams.stderr) return streams;
  throw badRequest('you must specify at least 1 of stdin, stdout, stderr');
}

/** The first the client offers that is known; who offers nothing speaks the oldest. */
function negotiateWebSocket(headers: UpgradeRequest['headers']) {
  const offered = offeredProtocols(headers);
  const name = offered.find((candidate) => WEBSOCKET_COMMAND_PROTOCOLS.has(candidate));
  const protocol = WEBSOCKET_COMMAND_PROTOCOLS.get(name ?? 'channel.k8s.io');
  if (protocol === undefined || (name === undefined && offered.length > 0))
    throw new StatusError(
      403,
      'Forbidden',
      `unable to upgrade: none of the WebSocket protocols [${offered.join(' ')}] is known here`,
    );
  return { name, protocol };
}
