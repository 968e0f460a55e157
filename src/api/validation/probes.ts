import type { FieldErrors, FieldPath } from '../field-error.js';
import { httpHeaderProblems, portNameProblems, portNumberProblems } from '../names.js';
import { validateStopSignal } from './stop-signal.js';
import type { Container, Lifecycle, LifecycleHandler, Probe } from '../schema/pod.js';

const NOT_NEGATIVE = 'must be greater than or equal to 0';

/** The probes of one container. */
export function validateProbes(container: Container, path: FieldPath, errors: FieldErrors): void {
  const { livenessProbe, readinessProbe, startupProbe } = container;
  if (livenessProbe !== undefined) validateProbe(livenessProbe, path.child('livenessProbe'), true, errors);
  if (readinessProbe !== undefined) {
    const at = path.child('readinessProbe');
    validateProbe(readinessProbe, at, false, errors);
    const seconds = readinessProbe.terminationGracePeriodSeconds;
    if (seconds !== undefined) {
      errors.invalid(at.child('terminationGracePeriodSeconds'), seconds, 'must not be set for readinessProbes');
    }
  }
  if (startupProbe !== undefined) validateProbe(startupProbe, path.child('startupProbe'), true, errors);
}

function validateProbe(probe: Probe, path: FieldPath, oneSuccessOnly: boolean, errors: FieldErrors): void {
  validateHandler(probe, path, errors);
  const counts = [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ] as const;
  for (const field of counts) {
    if ((probe[field] ?? 0) < 0) errors.invalid(path.child(field), probe[field], NOT_NEGATIVE);
  }
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined && grace <= 0) {
    errors.invalid(path.child('terminationGracePeriodSeconds'), grace, 'must be greater than 0');
  }
  const successes = probe.successThreshold ?? 0;
  if (oneSuccessOnly && successes !== 0 && successes !== 1) {
    errors.invalid(path.child('successThreshold'), successes, 'must be 1');
  }
}

/**
 * Hooks of one container.
 *
 * @param graceSeconds of the pod: a sleep has to end within it.
 */
export function validateLifecycle(
  { postStart, preStop, stopSignal }: Lifecycle,
  graceSeconds: number,
  osName: string | undefined,
  path: FieldPath,
  errors: FieldErrors,
): void {
  for (const [name, handler] of [
    ['postStart', postStart],
    ['preStop', preStop],
  ] as const) {
    if (handler === undefined) continue;
    validateHandler(handler, path.child(name), errors);
    const seconds = handler.sleep?.seconds;
    if (seconds !== undefined && (seconds < 0 || seconds > graceSeconds)) {
      const rule = `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`;
      errors.invalid(path.child(name, 'sleep'), seconds, rule);
    }
  }
  if (stopSignal !== undefined) validateStopSignal(stopSignal, osName, path.child('stopSignal'), errors);
}

function validateHandler(handler: Probe | LifecycleHandler, path: FieldPath, errors: FieldErrors): void {
  const kinds = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const;
  const given = kinds.filter((kind) => Object.hasOwn(handler, kind));
  if (given.length === 0) errors.required(path, 'must specify a handler type');
  for (const kind of given.slice(1)) errors.forbidden(path.child(kind), 'may not specify more than 1 handler type');
  // Only the first counts; the others are already too many.
  const { exec, httpGet, tcpSocket } = handler;
  switch (given[0]) {
    case 'exec':
      if ((exec?.command ?? []).length === 0) errors.required(path.child('exec', 'command'));
      break;
    case 'httpGet': {
      const at = path.child('httpGet');
      if ((httpGet?.path ?? '') === '') errors.required(at.child('path'));
      validatePort(httpGet?.port ?? 0, at.child('port'), errors);
      if (httpGet?.scheme === ('' as 'HTTP')) errors.required(at.child('scheme'));
      for (const [index, { name }] of (httpGet?.httpHeaders ?? []).entries()) {
        errors.check(at.child('httpHeaders').at(index).child('name'), name, httpHeaderProblems);
      }
      break;
    }
    case 'tcpSocket':
      validatePort(tcpSocket?.port ?? 0, path.child('tcpSocket', 'port'), errors);
      break;
    case 'grpc':
      if ('grpc' in handler) validatePort(handler.grpc.port, path.child('grpc', 'port'), errors);
      break;
    default:
  }
}

function validatePort(port: number | string, path: FieldPath, errors: FieldErrors): void {
  const problems = typeof port === 'number' ? portNumberProblems(port) : portNameProblems(port);
  for (const problem of problems) errors.invalid(path, port, problem);
}
