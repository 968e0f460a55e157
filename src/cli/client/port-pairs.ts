import { KubeletteError } from '../../lib/errors.js';
import type { ClientPod } from './pod-containers.js';

/** A local port, 0 for any free one, and the pod's. */
export interface PortPair {
  readonly local: number;
  readonly remote: number;
}

/** `80`, `8080:80`, `:80`, `8080:http`. @throws KubeletteError `Invalid` in kubectl's words */
export function parsePortPair(text: string, pod: ClientPod): PortPair {
  const [first = '', second, ...more] = text.split(':');
  if (more.length > 0) throw new KubeletteError('Invalid', `invalid port format '${text}'`);
  const remoteText = second ?? first;
  const remote = /^\d+$/.test(remoteText)
    ? portNumber(remoteText, second === undefined ? 'local' : 'remote')
    : namedPort(remoteText, pod);
  if (remote === 0) throw new KubeletteError('Invalid', 'remote port must be > 0');
  if (second === undefined) return { local: remote, remote };
  return { local: first === '' ? 0 : portNumber(first, 'local'), remote };
}

function portNumber(text: string, which: 'local' | 'remote'): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port < 65_536) return port;
  throw new KubeletteError('Invalid', `error parsing ${which} port '${text}': expected 0 to 65535`);
}

function namedPort(name: string, { metadata, spec }: ClientPod): number {
  const ports = spec.containers.flatMap(({ ports: declared = [] }) => declared);
  const found = ports.find((port) => port.name === name);
  if (found !== undefined) return found.containerPort;
  throw new KubeletteError('Invalid', `Pod '${metadata.name}' does not have a named port '${name}'`);
}
