import type { Probe } from '../../../api/schema/pod.js';
import { goList } from './description.js';

/** A probe on one line. Source: kubectl pkg/describe/describe.go, DescribeProbe. */
export function probeText(probe: Probe): string {
  const { failureThreshold = 0, initialDelaySeconds = 0, periodSeconds = 0, successThreshold = 0 } = probe;
  const { timeoutSeconds = 0 } = probe;
  const times = `delay=${initialDelaySeconds}s timeout=${timeoutSeconds}s period=${periodSeconds}s`;
  return `${actionText(probe)} ${times} #success=${successThreshold} #failure=${failureThreshold}`;
}

function actionText({ exec, grpc, httpGet, tcpSocket }: Probe): string {
  if (exec !== undefined) return `exec ${goList(exec.command)}`;
  if (httpGet !== undefined) {
    const { host = '', path = '', port, scheme = '' } = httpGet;
    const authority = host.includes(':') ? `[${host}]` : host;
    return `http-get ${scheme.toLowerCase()}://${authority}:${port}${path.startsWith('/') || path === '' ? '' : '/'}${path}`;
  }
  if (tcpSocket !== undefined) return `tcp-socket ${tcpSocket.host ?? ''}:${tcpSocket.port}`;
  if (grpc !== undefined) return `grpc <pod>:${grpc.port} ${grpc.service ?? ''}`;
  return 'unknown';
}
