import { abortable } from '../../lib/abort.js';
import type { Clock } from '../../lib/clock.js';
import { hasCode } from '../../lib/errors.js';
import { badRequest } from '../http/status-error.js';
import type { Route } from '../http/types.js';
import { chooseContainer, requestedPod } from './find-container.js';
import { readLogRequest } from './log-request.js';
import { podTarget, type PodStreams } from './pod-streams.js';

/** What is wrong is known at once; a followed container may be silent for ever. */
const FIRST_ANSWER_MS = 200;

/** `pods/NAME/log`: the raw output of one container, whatever the client accepts. */
export function logRoutes(parts: PodStreams): readonly Route[] {
  const handle: Route['handle'] = async (request) => {
    const { query, signal } = request;
    const pod = requestedPod(parts, request);
    const container = chooseContainer(pod, query.get('container'));
    const { options, previous } = readLogRequest(query, pod.metadata.name);
    const chunks = parts.operations.logs({ ...podTarget(pod), container, previous }, options, signal);
    return {
      kind: 'stream',
      status: 200,
      contentType: 'text/plain',
      chunks: await startReading(chunks, options.follow, parts.clock, signal),
    };
  };
  return [{ method: 'GET', pattern: '/api/v1/namespaces/:namespace/pods/:name/log', handle }];
}

/**
 * Reads ahead to the first chunk, so that what cannot be read becomes an HTTP error and not a broken stream.
 * @throws StatusError 400 with the kubelet's text when there is no such log
 */
async function startReading(
  chunks: AsyncIterable<Buffer>,
  follow: boolean,
  clock: Clock,
  signal: AbortSignal,
): Promise<AsyncIterable<Buffer>> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first = iterator.next();
  first.catch(() => undefined);
  const waited = new AbortController();
  const patience = follow ? clock.sleep(FIRST_ANSWER_MS, AbortSignal.any([signal, waited.signal])) : undefined;
  try {
    await abortable(patience === undefined ? first : Promise.race([first, patience]), signal);
  } catch (error) {
    if (hasCode(error, 'Invalid') || hasCode(error, 'NotFound')) throw badRequest(error.message);
    throw error;
  } finally {
    patience?.catch(() => undefined);
    waited.abort();
  }
  return continued(first, iterator);
}

async function* continued(
  first: Promise<IteratorResult<Buffer, unknown>>,
  iterator: AsyncIterator<Buffer>,
): AsyncGenerator<Buffer> {
  try {
    for (let next = await first; next.done !== true; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}
