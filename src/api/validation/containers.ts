import type { FieldErrors, FieldPath } from '../field-error.js';
import { dnsLabelProblems, ipProblems, portNameProblems, portNumberProblems } from '../names.js';
import type { Container, PodSpec, Volume } from '../schema/pod.js';
import { validateEnv } from './env.js';
import { validateMounts } from './mounts.js';
import { validateLifecycle, validateProbes } from './probes.js';
import { validateResources } from './resources.js';
import { validateRestartRules } from './restart-rules.js';
import { validateSecurityContext } from './security.js';

/** The API server's stand-in for a pod without a grace period. */
const DEFAULT_GRACE_SECONDS = 30;

/** Main, init and ephemeral containers. */
export function validateContainers(
  spec: PodSpec,
  volumes: ReadonlyMap<string, Volume>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  const names = new Set<string>();
  if (spec.containers.length === 0) errors.required(path.child('containers'));
  for (const [index, container] of spec.containers.entries()) {
    const at = path.child('containers').at(index);
    validateCommon(container, spec, volumes, names, at, errors);
    validateProbes(container, at, errors);
    validateHooks(container, spec, at, errors);
  }
  for (const [index, container] of (spec.initContainers ?? []).entries()) {
    const at = path.child('initContainers').at(index);
    validateCommon(container, spec, volumes, names, at, errors);
    if (container.restartPolicy === 'Always') {
      validateProbes(container, at, errors);
      validateHooks(container, spec, at, errors);
    } else forbidOfInitContainers(container, at, errors);
  }
  validateHostPorts(spec, path, errors);
  if ((spec.ephemeralContainers ?? []).length > 0) {
    errors.forbidden(path.child('ephemeralContainers'), 'cannot be set on create');
  }
}

/** Source: kubernetes pkg/apis/core/validation/validation.go validateResizePolicy */
function validateResizePolicy(
  { resizePolicy = [] }: Container,
  { restartPolicy: ofPod }: PodSpec,
  path: FieldPath,
  errors: FieldErrors,
): void {
  const seen = new Set<string>();
  for (const { resourceName, restartPolicy } of resizePolicy) {
    if (seen.has(resourceName)) errors.duplicate(path, resourceName);
    seen.add(resourceName);
    if (ofPod === 'Never' && restartPolicy !== 'NotRequired')
      errors.invalid(path, restartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'");
  }
}

function validateCommon(
  container: Container,
  spec: PodSpec,
  volumes: ReadonlyMap<string, Volume>,
  names: Set<string>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  const { name, image } = container;
  if (name === '') errors.required(path.child('name'));
  else errors.check(path.child('name'), name, dnsLabelProblems);
  if (name !== '' && names.has(name)) errors.duplicate(path.child('name'), name);
  names.add(name);

  validateResizePolicy(container, spec, path.child('resizePolicy'), errors);

  if (image === '') errors.required(path.child('image'));
  else if (image !== image.trim()) {
    errors.invalid(path.child('image'), image, 'must not have leading or trailing whitespace');
  }
  for (const field of ['imagePullPolicy', 'terminationMessagePolicy'] as const) {
    if ((container[field] ?? '') === '') errors.required(path.child(field));
  }
  validatePorts(container, spec.hostNetwork === true, path.child('ports'), errors);
  validateEnv(container, path, errors);
  validateMounts(container, volumes, path, errors);
  const claims = new Set((spec.resourceClaims ?? []).map((claim) => claim.name));
  validateResources(container.resources ?? {}, claims, path.child('resources'), errors);
  validateRestartRules(container, path, errors);
  if (container.securityContext !== undefined) {
    validateSecurityContext(container.securityContext, spec.hostUsers, path.child('securityContext'), errors);
  }
}

function validateHooks({ lifecycle }: Container, spec: PodSpec, path: FieldPath, errors: FieldErrors): void {
  if (lifecycle === undefined) return;
  const grace = spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
  validateLifecycle(lifecycle, grace, spec.os?.name, path.child('lifecycle'), errors);
}

/** A container that has to end cannot be probed, and has no hooks. */
function forbidOfInitContainers(container: Container, path: FieldPath, errors: FieldErrors): void {
  for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    if (container[field] === undefined) continue;
    errors.forbidden(path.child(field), 'may not be set for init containers without restartPolicy=Always');
  }
}

function validatePorts({ ports = [] }: Container, hostNetwork: boolean, path: FieldPath, errors: FieldErrors): void {
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const at = path.at(index);
    if (port.name !== undefined && port.name !== '') {
      const problems = portNameProblems(port.name);
      for (const problem of problems) errors.invalid(at.child('name'), port.name, problem);
      if (problems.length === 0 && names.has(port.name)) errors.duplicate(at.child('name'), port.name);
      names.add(port.name);
    }
    if (port.containerPort === 0) errors.required(at.child('containerPort'));
    else validatePortNumber(port.containerPort, at.child('containerPort'), errors);
    const hostPort = port.hostPort ?? 0;
    if (hostPort !== 0) validatePortNumber(hostPort, at.child('hostPort'), errors);
    if ((port.protocol ?? '') === '') errors.required(at.child('protocol'));
    if (port.hostIP !== undefined && port.hostIP !== '') errors.check(at.child('hostIP'), port.hostIP, ipProblems);
    if (hostNetwork && hostPort !== port.containerPort) {
      const rule = 'must match `hostPort` when `hostNetwork` is true';
      errors.invalid(at.child('containerPort'), port.containerPort, rule);
    }
  }
}

function validatePortNumber(port: number, path: FieldPath, errors: FieldErrors): void {
  for (const problem of portNumberProblems(port)) errors.invalid(path, port, problem);
}

/** One port of the host can be taken once only by all that runs at the same time. */
function validateHostPorts(spec: PodSpec, path: FieldPath, errors: FieldErrors): void {
  const taken = new Set<string>();
  const look = (container: Container, at: FieldPath): void => {
    for (const [index, { hostPort = 0, hostIP = '', protocol = 'TCP' }] of (container.ports ?? []).entries()) {
      if (hostPort === 0) continue;
      const key = `${protocol}/${hostIP === '' ? '0.0.0.0' : hostIP}/${hostPort}`;
      if (taken.has(key)) errors.duplicate(at.child('ports').at(index).child('hostPort'), key);
      taken.add(key);
    }
  };
  spec.containers.forEach((container, index) => look(container, path.child('containers').at(index)));
  spec.initContainers?.forEach((container, index) => {
    if (container.restartPolicy === 'Always') look(container, path.child('initContainers').at(index));
  });
}
