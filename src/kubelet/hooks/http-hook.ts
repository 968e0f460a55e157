import type { HttpGetAction, Pod } from '../../api/schema/pod.js';
import { errorMessage } from '../../lib/errors.js';
import { resolvePort } from '../core/container-port.js';
import { dialHost, httpGet, NOT_TLS, type HttpTarget } from '../http-request.js';
import type { HookPorts, HookTarget } from './hook-target.js';

/** The Kubernetes release whose behaviour this is. */
const USER_AGENT = 'kube-lifecycle/1.33';

/**
 * A GET to the pod, or to the host the hook names. Any answer is success, a 500 as well. Where HTTPS is asked for and the
 * server speaks HTTP it is asked again in HTTP, without credentials.
 *
 * @throws Error in Go's words
 */
export async function httpHook(
  { events, streams }: Pick<HookPorts, 'events' | 'streams'>,
  action: HttpGetAction,
  { container, pod, sandboxId }: HookTarget,
  signal: AbortSignal,
): Promise<void> {
  const own = action.host === undefined || action.host === '' ? undefined : action.host;
  const target: HttpTarget = {
    scheme: action.scheme === 'HTTPS' ? 'https' : 'http',
    host: own ?? podAddress(pod),
    port: resolvePort(container, action.port),
    path: action.path ?? '/',
    headers: action.httpHeaders ?? [],
    userAgent: USER_AGENT,
    dial: async (port, dialled) =>
      own === undefined ? streams.dial(sandboxId, { host: 'pod', port }, dialled) : dialHost(own, port, dialled),
  };
  try {
    await httpGet(target, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!errorMessage(error).includes(NOT_TLS)) throw error;
    const headers = target.headers.filter(({ name }) => name.toLowerCase() !== 'authorization');
    await httpGet({ ...target, scheme: 'http', headers }, signal);
    const text = `request to HTTPS lifecycle hook ${target.host}:${target.port} got HTTP response, retry with HTTP succeeded`;
    events.event(pod, 'Warning', 'LifecycleHTTPFallback', text);
  }
}

function podAddress({ status }: Pod): string {
  const address = status?.podIP;
  if (address === undefined) throw new Error('failed to find networking container');
  return address;
}
