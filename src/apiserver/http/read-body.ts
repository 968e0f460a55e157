import type { IncomingMessage } from 'node:http';
import { FINISHED } from '../../lib/abort.js';
import type { Clock } from '../../lib/clock.js';
import { badRequest, StatusError } from './status-error.js';
import type { ServerLimits } from './limits.js';

/**
 * The whole body.
 *
 * @throws StatusError 413 when it is too large, 408 when it is too slow, 400 when it ends early
 */
export async function readBody(
  raw: IncomingMessage,
  { bodyBytes, bodyTimeoutMs }: Pick<ServerLimits, 'bodyBytes' | 'bodyTimeoutMs'>,
  clock: Clock,
  signal: AbortSignal,
): Promise<Buffer> {
  const settled = new AbortController();
  const parts: Buffer[] = [];
  let size = 0;
  let listeners: readonly (readonly [string, (...args: never[]) => void])[] = [];
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      const tooLarge = (): void =>
        reject(new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${bodyBytes}`));
      if (Number(raw.headers['content-length'] ?? 0) > bodyBytes) {
        tooLarge();
        return;
      }
      const onData = (part: Buffer): void => {
        size += part.length;
        if (size > bodyBytes) tooLarge();
        else parts.push(part);
      };
      const onEnd = (): void => resolve(Buffer.concat(parts));
      const onCut = (): void => reject(badRequest('the request body ended early'));
      listeners = [
        ['data', onData],
        ['end', onEnd],
        ['error', onCut],
        ['close', onCut],
      ];
      for (const [event, listener] of listeners) raw.on(event, listener as (...args: unknown[]) => void);
      clock.sleep(bodyTimeoutMs, AbortSignal.any([signal, settled.signal])).then(
        () => reject(new StatusError(408, 'Timeout', `the request body did not arrive within ${bodyTimeoutMs} ms`)),
        () => {
          if (signal.aborted) reject(signal.reason as Error);
        },
      );
    });
  } finally {
    settled.abort(FINISHED);
    for (const [event, listener] of listeners) raw.off(event, listener as (...args: unknown[]) => void);
    // What still comes is let go, so that a client that writes first and reads then gets its answer.
    raw.on('error', () => undefined).resume();
  }
}
