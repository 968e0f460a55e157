import type { Clock } from '../../lib/clock.js';
import type { ChannelEncoding } from './channel-frames.js';
import { ChannelSocket } from './channel-socket.js';
import type { CommandStreams } from './command-channels.js';
import { formatOutcome, type CommandVersion } from './command-status.js';
import { Inflow } from './inflow.js';
import { Resizes } from './resizes.js';
import { serveCommand, type OpenSession } from './serve-command.js';
import { TerminalSizeParser } from './terminal-size.js';
import type { WebSocket } from 'ws';

interface CommandProtocol {
  readonly version: CommandVersion;
  readonly encoding: ChannelEncoding;
}

/** Sub-protocols of exec and attach. Source: kubelet and apimachinery remotecommand constants. */
export const WEBSOCKET_COMMAND_PROTOCOLS: ReadonlyMap<string, CommandProtocol> = new Map([
  ['v5.channel.k8s.io', { version: 5, encoding: 'binary' }],
  ['v4.channel.k8s.io', { version: 4, encoding: 'binary' }],
  ['v4.base64.channel.k8s.io', { version: 4, encoding: 'base64' }],
  ['channel.k8s.io', { version: 1, encoding: 'binary' }],
  ['base64.channel.k8s.io', { version: 1, encoding: 'base64' }],
]);

const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/** Runs one exec or attach session over an accepted WebSocket. Resolves when it is over; does not reject. */
export async function serveWebSocketCommand(
  websocket: WebSocket,
  { version, encoding }: CommandProtocol,
  streams: CommandStreams,
  open: OpenSession,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const socket = new ChannelSocket(websocket, encoding, clock);
  const stdin = new Inflow();
  const resizes = new Resizes();
  const sizes = new TerminalSizeParser();
  if (!streams.stdin) stdin.destroy();

  const received = socket.run(async ({ channel, payload }) => {
    if (channel === CHANNEL.stdin) await stdin.deliver(payload);
    else if (channel === CHANNEL.resize) sizes.push(payload).forEach((size) => resizes.push(size));
    else if (channel === CHANNEL.close && version >= 5 && payload[0] === CHANNEL.stdin) stdin.end();
  }, signal);

  const channels = {
    ...(streams.stdin ? { stdin } : {}),
    ...(streams.stdout ? { stdout: (bytes: Buffer) => socket.send(CHANNEL.stdout, bytes) } : {}),
    ...(streams.stderr ? { stderr: (bytes: Buffer) => socket.send(CHANNEL.stderr, bytes) } : {}),
    resizes,
    finish: async (outcome: Parameters<typeof formatOutcome>[0]) => {
      const lastWords = formatOutcome(outcome, version);
      if (lastWords.length > 0) await socket.send(CHANNEL.error, lastWords);
      await socket.close();
    },
  };
  await Promise.all([received, serveCommand(channels, open, AbortSignal.any([signal, socket.gone]))]);
}
