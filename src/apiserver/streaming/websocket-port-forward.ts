import type { WebSocket } from 'ws';
import type { Clock } from '../../lib/clock.js';
import { errorMessage } from '../../lib/errors.js';
import type { ChannelEncoding } from './channel-frames.js';
import { ChannelSocket } from './channel-socket.js';
import { joinConnection, type DialPort } from './forward.js';
import { Inflow } from './inflow.js';

/** Sub-protocols whose channels are the ports. Source: kubelet pkg/kubelet/cri/streaming/portforward. */
export const WEBSOCKET_PORT_PROTOCOLS: ReadonlyMap<string, ChannelEncoding> = new Map([
  ['v4.channel.k8s.io', 'binary'],
  ['v4.base64.channel.k8s.io', 'base64'],
  ['channel.k8s.io', 'binary'],
  ['base64.channel.k8s.io', 'base64'],
]);

/** Two channels each, numbered in one byte (one digit in base64). */
export const MAX_CHANNEL_PORTS = { binary: 127, base64: 5 } as const;

/**
 * One connection to each of the ports: what port `i` sends is on channel `2i`, its error on `2i + 1`, and each channel
 * begins with the port's number. Used by the Python and JavaScript clients. Resolves when all connections have ended, or
 * the client has left; there is no half-close.
 */
export async function serveWebSocketPortForward(
  websocket: WebSocket,
  encoding: ChannelEncoding,
  ports: readonly number[],
  dial: DialPort,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const socket = new ChannelSocket(websocket, encoding, clock);
  const inputs = ports.map(() => new Inflow());
  const received = socket.run(async ({ channel, payload }) => {
    if (channel % 2 === 0) await inputs[channel / 2]?.deliver(payload);
  }, signal);
  const over = AbortSignal.any([signal, socket.gone]);
  const forward = async (port: number, input: Inflow, channel: number): Promise<void> => {
    await socket.send(channel, portPrefix(port));
    await socket.send(channel + 1, portPrefix(port));
    const remote = await dial(port, over).catch(async (problem: unknown) => {
      input.destroy();
      await socket.send(channel + 1, Buffer.from(errorMessage(problem)));
    });
    if (remote === undefined) return;
    // Nobody can be told that one of several ports has ended, so its input is dropped from then on.
    const endOutput = async (): Promise<void> => input.end();
    await joinConnection({ input, send: (bytes) => socket.send(channel, bytes), endOutput }, remote, over);
  };
  const serve = async (): Promise<void> => {
    // A port whose connection breaks ends like any other.
    await Promise.allSettled(inputs.map((input, index) => forward(ports[index] ?? 0, input, 2 * index)));
    await socket.close();
  };
  await Promise.all([received, serve()]);
}

function portPrefix(port: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(port);
  return bytes;
}
