import type { PodSpec, Probe } from '../../src/api/schema/pod.js';
import { app } from './agent.js';
import { COUNTS } from './counting.js';

/** Ten seconds of trouble are enough to restart what is wrongly thought dead, and a busy machine is not. */
const often: Probe = { periodSeconds: 1, timeoutSeconds: 4, failureThreshold: 2 };

/**
 * A pod with a liveness probe of each kind. `app` counts in its log and is ready as long as it has `/ready`; `web` serves.
 */
export const probed: Partial<PodSpec> = {
  containers: [
    app(`touch /ready; ${COUNTS}`, {
      livenessProbe: { ...often, exec: { command: ['/bin/busybox', 'true'] } },
      readinessProbe: { ...often, exec: { command: ['/bin/busybox', 'test', '-e', '/ready'] } },
    }),
    app('mkdir /www; echo well >/www/health; exec /bin/busybox httpd -f -p 8080 -h /www', {
      name: 'web',
      livenessProbe: { ...often, httpGet: { path: '/health', port: 8080 } },
      readinessProbe: { ...often, tcpSocket: { port: 8080 } },
    }),
  ],
};
