/** How a sub-protocol puts channel and bytes into a message. */
export type ChannelEncoding = 'binary' | 'base64';

export interface ChannelFrame {
  readonly channel: number;
  readonly payload: Buffer;
}

/**
 * One byte for the channel, then the bytes. In base64 both are text, and the channel is its digit.
 * Source: apimachinery pkg/util/httpstream/wsstream.
 */
export function encodeChannelFrame({ channel, payload }: ChannelFrame, encoding: ChannelEncoding): Buffer | string {
  if (encoding === 'base64') return `${channel}${payload.toString('base64')}`;
  return Buffer.concat([Buffer.of(channel), payload]);
}

/**
 * @param message text comes as a string; Python's client sends what it was given as text as text, also in binary
 * @returns undefined for an empty message, or one of no channel
 */
export function decodeChannelFrame(message: Buffer | string, encoding: ChannelEncoding): ChannelFrame | undefined {
  if (message.length === 0) return undefined;
  if (encoding === 'base64') {
    const text = message.toString();
    const channel = text.charCodeAt(0) - 0x30;
    if (channel < 0 || channel > 9) return undefined;
    return { channel, payload: Buffer.from(text.slice(1), 'base64') };
  }
  const bytes = typeof message === 'string' ? Buffer.from(message) : message;
  return { channel: bytes.readUInt8(0), payload: bytes.subarray(1) };
}
