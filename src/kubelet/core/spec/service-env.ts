/** A service as far as variables tell of it. Headless ones have no address and no variables. */
export interface ServiceAddress {
  readonly namespace: string;
  readonly name: string;
  readonly clusterIP: string;
  readonly ports: readonly { readonly name?: string; readonly port: number; readonly protocol: string }[];
}

/**
 * What `docker --link` once set, for every service: those of the pod's namespace if it wants them, and always
 * `default/kubernetes`. Without services there are none, as on a kubelet without a cluster.
 * Source: kubelet pkg/kubelet/envvars/envvars.go, getServiceEnvVarMap
 *
 * @param links the pod's enableServiceLinks
 */
export function serviceEnv(
  services: readonly ServiceAddress[],
  namespace: string,
  links: boolean,
): ReadonlyMap<string, string> {
  const env = new Map<string, string>();
  for (const service of services) {
    const isApi = service.namespace === 'default' && service.name === 'kubernetes';
    if (!isApi && !(links && service.namespace === namespace)) continue;
    for (const [name, value] of variablesOf(service)) env.set(name, value);
  }
  return env;
}

function variablesOf({ clusterIP, name, ports }: ServiceAddress): [string, string][] {
  const [first] = ports;
  if (clusterIP === '' || clusterIP === 'None' || first === undefined) return [];
  const prefix = upper(name);
  const host = clusterIP.includes(':') ? `[${clusterIP}]` : clusterIP;
  const url = ({ port, protocol }: { port: number; protocol: string }): string =>
    `${protocol.toLowerCase()}://${host}:${port}`;
  return [
    [`${prefix}_SERVICE_HOST`, clusterIP],
    [`${prefix}_SERVICE_PORT`, String(first.port)],
    ...ports.flatMap(({ name: portName = '', port }): [string, string][] =>
      portName === '' ? [] : [[`${prefix}_SERVICE_PORT_${upper(portName)}`, String(port)]],
    ),
    [`${prefix}_PORT`, url(first)],
    ...ports.flatMap((port): [string, string][] => {
      const of = `${prefix}_PORT_${port.port}_${port.protocol.toUpperCase()}`;
      return [
        [of, url(port)],
        [`${of}_PROTO`, port.protocol.toLowerCase()],
        [`${of}_PORT`, String(port.port)],
        [`${of}_ADDR`, clusterIP],
      ];
    }),
  ];
}

const upper = (name: string): string => name.toUpperCase().replaceAll('-', '_');
