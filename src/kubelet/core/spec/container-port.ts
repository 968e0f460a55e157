import type { Container } from '../../../api/schema/pod.js';

/**
 * The number of a port as probes and hooks name it: a number, or the name of one of the same container's ports.
 *
 * @throws Error in the kubelet's words
 * Source: kubelet pkg/probe ResolveContainerPort
 */
export function resolvePort({ ports = [] }: Container, port: number | string): number {
  const number =
    typeof port === 'number' ? port : (ports.find(({ name }) => name === port)?.containerPort ?? atoi(port));
  if (number > 0 && number < 65_536) return number;
  throw new Error(`invalid port number: ${number}`);
}

function atoi(text: string): number {
  if (/^[+-]?\d+$/.test(text)) return Number(text);
  throw new Error(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
}
