import type { HttpGetAction, Pod } from '../../api/schema/pod.js';
import { errorMessage } from '../../lib/errors.js';
import { KUBERNETES_RELEASE } from '../../options.js';
import { resolvePort } from '../core/spec/container-port.js';
import { connectDirectly, connectInside } from '../http/connect.js';
import type { HttpAnswer } from '../http/exchange.js';
import { httpGet, NOT_TLS } from '../http/get.js';
import { httpRequest } from '../http/request.js';
import type { HookPorts, HookTarget } from './hook-target.js';

const USER_AGENT = `kube-lifecycle/${KUBERNETES_RELEASE}` as const;

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
  const host = action.host || podAddress(pod);
  const port = resolvePort(container, action.port);
  const connect = action.host ? connectDirectly : connectInside(streams, sandboxId, host);
  const request = httpRequest(action, host, port, USER_AGENT);
  try {
    await httpGet(connect, request, signal, discard);
  } catch (error) {
    signal.throwIfAborted();
    if (!errorMessage(error).includes(NOT_TLS)) throw error;
    const { authorization: _secret, ...headers } = request.headers;
    await httpGet(connect, { ...request, scheme: 'http', headers }, signal, discard);
    const text = `request to HTTPS lifecycle hook ${host}:${port} got HTTP response, retry with HTTP succeeded`;
    events.event(pod, 'Warning', 'LifecycleHTTPFallback', text);
  }
}

/** The server gets to say what it has to say; nobody minds what that is, or that it breaks off. */
const discard = async ({ body }: HttpAnswer): Promise<void> => {
  await body().catch(() => undefined);
};

function podAddress({ status }: Pod): string {
  const address = status?.podIP;
  if (address === undefined) throw new Error('failed to find networking container');
  return address;
}
