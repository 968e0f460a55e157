import type { LifecycleHandler } from '../../api/schema/pod.js';
import { errorMessage, KubeletteError } from '../../lib/errors.js';
import { podDescription } from '../core/plan/messages.js';
import { podIdentity } from '../core/view/pod-identity.js';
import type { HookPorts, HookTarget } from './hook-target.js';
import { execHook } from './exec-hook.js';
import { httpHook } from './http-hook.js';

/**
 * Runs a hook to its end; it has no time limit of its own.
 *
 * @throws KubeletteError `Internal` with the kubelet's words for what went wrong; the signal's reason on abort
 * Source: kubelet pkg/kubelet/lifecycle/handlers.go
 */
export async function runHook(
  ports: HookPorts,
  handler: LifecycleHandler,
  target: HookTarget,
  signal: AbortSignal,
): Promise<void> {
  const { exec, httpGet, sleep } = handler;
  const whose = `for Container "${target.container.name}" in Pod "${podDescription(podIdentity(target.pod))}" failed - error:`;
  try {
    if (exec !== undefined) await execHook(ports.streams, exec.command ?? [], target.containerId, signal);
    else if (httpGet !== undefined) await httpHook(ports, httpGet, target, signal);
    else if (sleep !== undefined) await ports.clock.sleep(sleep.seconds * 1000, signal);
    else throw new Error('invalid handler');
  } catch (error) {
    signal.throwIfAborted();
    throw new KubeletteError('Internal', `${describe(handler)} ${whose} ${errorMessage(error)}`, { cause: error });
  }
}

function describe({ exec, httpGet, sleep, tcpSocket }: LifecycleHandler): string {
  if (exec !== undefined) return `Exec lifecycle hook ([${(exec.command ?? []).join(' ')}])`;
  if (httpGet !== undefined) return `HTTP lifecycle hook (${httpGet.path ?? '/'})`;
  if (sleep !== undefined) return `Sleep lifecycle hook (${sleep.seconds})`;
  return tcpSocket === undefined ? 'Lifecycle hook' : `TCP lifecycle hook (${tcpSocket.port})`;
}
