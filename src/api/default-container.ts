import { milliValue, parseQuantity } from './quantity.js';
import type {
  Container,
  EnvVar,
  HttpGetAction,
  Lifecycle,
  LifecycleHandler,
  Probe,
  ResourceRequirements,
} from './schema/pod.js';

/** The fields of main and init containers; ephemeral ones have these and one more. */
type ContainerFields = Container;

/**
 * The part of `defaultPod` for one container of any kind.
 *
 * @param hostNetwork ports are then those of the host.
 */
export function defaultContainer<T extends ContainerFields>(container: T, hostNetwork: boolean): T {
  const result = { ...container };
  result.imagePullPolicy = given(container.imagePullPolicy) ?? defaultPullPolicy(container.image);
  result.terminationMessagePath = given(container.terminationMessagePath) ?? '/dev/termination-log';
  result.terminationMessagePolicy = given(container.terminationMessagePolicy) ?? 'File';
  if (container.resources !== undefined) result.resources = defaultResources(container.resources);
  if (container.ports !== undefined) {
    result.ports = container.ports.map((port) => ({
      ...port,
      protocol: given(port.protocol) ?? 'TCP',
      ...(hostNetwork && (port.hostPort ?? 0) === 0 ? { hostPort: port.containerPort } : {}),
    }));
  }
  if (container.env !== undefined) result.env = container.env.map(defaultEnv);
  if (container.livenessProbe !== undefined) result.livenessProbe = defaultProbe(container.livenessProbe);
  if (container.readinessProbe !== undefined) result.readinessProbe = defaultProbe(container.readinessProbe);
  if (container.startupProbe !== undefined) result.startupProbe = defaultProbe(container.startupProbe);
  if (container.lifecycle !== undefined) result.lifecycle = defaultLifecycle(container.lifecycle);
  return result;
}

/** `latest` moves, so it is asked for each time; any other tag or a digest is taken as fixed. */
export function defaultPullPolicy(image: string): 'Always' | 'IfNotPresent' {
  if (image.includes('@')) return 'IfNotPresent';
  const name = image.slice(image.lastIndexOf('/') + 1);
  const colon = name.indexOf(':');
  return colon === -1 || name.slice(colon + 1) === 'latest' ? 'Always' : 'IfNotPresent';
}

/** Empty text is what Go has for absent text. */
const given = <T extends string>(text: T | undefined): T | undefined => (text === ('' as T) ? undefined : text);
/** And 0 for an absent number. */
const positive = (value: number | undefined, otherwise: number): number =>
  value === undefined || value === 0 ? otherwise : value;

function defaultResources({ limits, requests, ...rest }: ResourceRequirements): ResourceRequirements {
  const all = { ...limits, ...requests };
  return {
    ...rest,
    ...(limits === undefined ? {} : { limits: wholeMilliCpu(limits) }),
    ...(Object.keys(all).length === 0 && requests === undefined ? {} : { requests: wholeMilliCpu(all) }),
  };
}

/** Nothing finer than a thousandth of a CPU is kept. */
function wholeMilliCpu(amounts: Record<string, string>): Record<string, string> {
  const { cpu } = amounts;
  const nano = cpu === undefined ? undefined : parseQuantity(cpu)?.nano;
  if (cpu === undefined || nano === undefined || nano % 1_000_000n === 0n) return amounts;
  return { ...amounts, cpu: `${milliValue(cpu)}m` };
}

function defaultEnv(variable: EnvVar): EnvVar {
  const fieldRef = variable.valueFrom?.fieldRef;
  if (fieldRef === undefined) return variable;
  return {
    ...variable,
    valueFrom: { ...variable.valueFrom, fieldRef: { ...fieldRef, apiVersion: given(fieldRef.apiVersion) ?? 'v1' } },
  };
}

function defaultProbe(probe: Probe): Probe {
  return {
    ...probe,
    ...(probe.httpGet === undefined ? {} : { httpGet: defaultHttpGet(probe.httpGet) }),
    ...(probe.grpc === undefined ? {} : { grpc: { ...probe.grpc, service: probe.grpc.service ?? '' } }),
    timeoutSeconds: positive(probe.timeoutSeconds, 1),
    periodSeconds: positive(probe.periodSeconds, 10),
    successThreshold: positive(probe.successThreshold, 1),
    failureThreshold: positive(probe.failureThreshold, 3),
  };
}

const defaultHttpGet = (action: HttpGetAction): HttpGetAction => ({
  ...action,
  path: given(action.path) ?? '/',
  scheme: given(action.scheme) ?? 'HTTP',
});

function defaultLifecycle(lifecycle: Lifecycle): Lifecycle {
  return {
    ...lifecycle,
    ...(lifecycle.postStart === undefined ? {} : { postStart: defaultHandler(lifecycle.postStart) }),
    ...(lifecycle.preStop === undefined ? {} : { preStop: defaultHandler(lifecycle.preStop) }),
  };
}

const defaultHandler = (handler: LifecycleHandler): LifecycleHandler =>
  handler.httpGet === undefined ? handler : { ...handler, httpGet: defaultHttpGet(handler.httpGet) };
