import type { FieldErrors, FieldPath } from '../field-error.js';
import type { PodSpec, SeccompProfile, SecurityContext } from '../schema/pod.js';

const MAX_ID = 4_294_967_295;

function validateId(id: number | undefined, path: FieldPath, errors: FieldErrors): void {
  if (id === undefined || (id >= 0 && id <= MAX_ID)) return;
  errors.invalid(path, id, `must be between 0 and ${MAX_ID}, inclusive`);
}

/** The security context of a container. */
export function validateSecurityContext(
  context: SecurityContext,
  hostUsers: boolean | undefined,
  path: FieldPath,
  errors: FieldErrors,
): void {
  validateId(context.runAsUser, path.child('runAsUser'), errors);
  validateId(context.runAsGroup, path.child('runAsGroup'), errors);
  validateProfile(context.seccompProfile, 'seccomp', path.child('seccompProfile'), errors);
  validateProfile(context.appArmorProfile, 'AppArmor', path.child('appArmorProfile'), errors);
  if (context.procMount === 'Unmasked' && hostUsers !== false) {
    errors.invalid(path.child('procMount'), 'Unmasked', '`hostUsers` must be false to use `Unmasked`');
  }
  if (context.allowPrivilegeEscalation !== false) return;
  if (context.privileged === true) {
    errors.invalid(path, context, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true');
  }
  if (context.capabilities?.add?.includes('CAP_SYS_ADMIN') === true) {
    const rule = 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN';
    errors.invalid(path, context, rule);
  }
}

const SYSCTL = /^(?:[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?$/;

/** The security context of a pod, with the host namespaces that are checked together with it. */
export function validatePodSecurityContext(spec: PodSpec, path: FieldPath, errors: FieldErrors): void {
  const context = spec.securityContext ?? {};
  for (const field of ['runAsUser', 'runAsGroup', 'fsGroup'] as const) {
    validateId(context[field], path.child(field), errors);
  }
  for (const [index, group] of (context.supplementalGroups ?? []).entries()) {
    validateId(group, path.child('supplementalGroups').at(index), errors);
  }
  if (spec.shareProcessNamespace === true && spec.hostPID === true) {
    const rule = 'ShareProcessNamespace and HostPID cannot both be enabled';
    errors.invalid(path.child('shareProcessNamespace'), true, rule);
  }
  const seen = new Set<string>();
  for (const [index, { name }] of (context.sysctls ?? []).entries()) {
    const at = path.child('sysctls').at(index).child('name');
    if (name === '') errors.required(at);
    else if (name.length > 253 || !SYSCTL.test(name)) {
      errors.invalid(at, name, `must have at most 253 characters and match regex ${SYSCTL.source}`);
    } else if (seen.has(name)) errors.duplicate(at, name);
    seen.add(name);
  }
  validateProfile(context.seccompProfile, 'seccomp', path.child('seccompProfile'), errors);
  validateProfile(context.appArmorProfile, 'AppArmor', path.child('appArmorProfile'), errors);
}

/** Source: validateLocalDescendingPath, pkg/apis/core/validation/validation.go */
function validateDescendingPath(path: string, at: FieldPath, errors: FieldErrors): void {
  if (path.startsWith('/')) errors.invalid(at, path, 'must be a relative path');
  if (path.split('/').includes('..')) errors.invalid(at, path, "must not contain '..'");
}

function validateProfile(
  profile: SeccompProfile | undefined,
  name: string,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (profile === undefined) return;
  const { type, localhostProfile } = profile;
  if (type === ('' as 'Localhost')) errors.required(path.child('type'));
  const at = path.child('localhostProfile');
  if (type === 'Localhost') {
    if (localhostProfile === undefined || localhostProfile === '')
      errors.required(at, `must be set when ${name} type is Localhost`);
    else if (name === 'seccomp') validateDescendingPath(localhostProfile, at, errors);
  } else if (localhostProfile !== undefined) {
    errors.invalid(at, localhostProfile, `can only be set when ${name} type is Localhost`);
  }
}
