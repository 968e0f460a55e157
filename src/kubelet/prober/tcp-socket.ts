import type { Attempt } from './attempt.js';
import { DialError, joinHostPort, type Connect } from '../http/connect.js';
import { isTimeout } from './patience.js';

/** Somebody accepts connections: that is all it wants to know. Source: kubelet pkg/probe/tcp. */
export async function probeTcpSocket(
  connect: Connect,
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<Attempt> {
  try {
    const { close } = await connect(host, port, signal);
    close();
    return { verdict: 'success', output: '' };
  } catch (error) {
    if (error instanceof DialError) return { verdict: 'failure', output: error.message };
    if (signal.aborted && isTimeout(signal.reason)) {
      return { verdict: 'failure', output: `dial tcp ${joinHostPort(host, port)}: i/o timeout`, unheard: true };
    }
    throw error;
  }
}
