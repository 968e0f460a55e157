import type { FieldErrors, FieldPath } from '../field-error.js';
import { ENV_FIELD_PATHS, FIELD_RESOURCES, fieldPathProblems } from '../field-path.js';
import { configKeyProblems, dnsSubdomainProblems, envNameProblems } from '../names.js';
import { compareQuantities, isQuantity } from '../quantity.js';
import type { Container, EnvVar, EnvVarSource, ObjectFieldSelector, ResourceFieldSelector } from '../schema/pod.js';

/** `env` and `envFrom` of one container. */
export function validateEnv({ env = [], envFrom = [] }: Container, path: FieldPath, errors: FieldErrors): void {
  for (const [index, variable] of env.entries()) {
    const at = path.child('env').at(index);
    if (variable.name === '') errors.required(at.child('name'));
    else errors.check(at.child('name'), variable.name, envNameProblems);
    validateValueFrom(variable, at.child('valueFrom'), errors);
  }
  for (const [index, source] of envFrom.entries()) {
    const at = path.child('envFrom').at(index);
    if (source.prefix !== undefined && source.prefix !== '') {
      errors.check(at.child('prefix'), source.prefix, envNameProblems);
    }
    const given = (['configMapRef', 'secretRef'] as const).filter((kind) => source[kind] !== undefined);
    for (const kind of given) {
      const name = source[kind]?.name ?? '';
      if (name === '') errors.required(at.child(kind, 'name'));
      else errors.check(at.child(kind, 'name'), name, dnsSubdomainProblems);
    }
    if (given.length === 0) errors.invalid(at, '', 'must specify one of: `configMapRef` or `secretRef`');
    else if (given.length > 1) errors.invalid(at, '', 'may not have more than one field specified at a time');
  }
}

function validateValueFrom({ value, valueFrom }: EnvVar, path: FieldPath, errors: FieldErrors): void {
  if (valueFrom === undefined) return;
  const kinds = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'] as const;
  const count = kinds.filter((kind) => valueFrom[kind] !== undefined).length;
  validateSources(valueFrom, path, errors);
  if (count === 0) {
    const rule = 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`';
    errors.invalid(path, '', rule);
  } else if ((value ?? '') !== '') errors.invalid(path, '', 'may not be specified when `value` is not empty');
  else if (count > 1) errors.invalid(path, '', 'may not have more than one field specified at a time');
}

function validateSources(from: EnvVarSource, path: FieldPath, errors: FieldErrors): void {
  if (from.fieldRef !== undefined) validateFieldRef(from.fieldRef, ENV_FIELD_PATHS, path.child('fieldRef'), errors);
  if (from.resourceFieldRef !== undefined) {
    validateResourceFieldRef(from.resourceFieldRef, false, path.child('resourceFieldRef'), errors);
  }
  for (const kind of ['configMapKeyRef', 'secretKeyRef'] as const) {
    const ref = from[kind];
    if (ref === undefined) continue;
    const at = path.child(kind);
    if ((ref.name ?? '') === '') errors.required(at.child('name'));
    if (ref.key === '') errors.required(at.child('key'));
    else errors.check(at.child('key'), ref.key, configKeyProblems);
  }
  const file = from.fileKeyRef;
  if (file !== undefined) {
    for (const field of ['key', 'path', 'volumeName'] as const) {
      if (file[field] === '') errors.required(path.child('fileKeyRef', field));
    }
  }
}

/** A fieldRef where the given paths are offered. */
export function validateFieldRef(
  { apiVersion, fieldPath }: ObjectFieldSelector,
  offered: readonly string[],
  path: FieldPath,
  errors: FieldErrors,
): void {
  if ((apiVersion ?? '') === '') errors.required(path.child('apiVersion'));
  if (fieldPath === '') {
    errors.required(path.child('fieldPath'));
    return;
  }
  for (const problem of fieldPathProblems(fieldPath, offered)) {
    if (problem.kind === 'unsupported') errors.unsupported(path.child('fieldPath'), fieldPath, offered);
    else errors.invalid(path.child('fieldPath'), fieldPath, problem.detail);
  }
}

const CPU_DIVISORS = ['1m', '1'];
const OTHER_DIVISORS = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

/** A resourceFieldRef; in a volume, which belongs to no container, it has to name one. */
export function validateResourceFieldRef(
  { containerName, resource, divisor }: ResourceFieldSelector,
  inVolume: boolean,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (inVolume && (containerName ?? '') === '') errors.required(path.child('containerName'));
  if (resource === '') {
    errors.required(path.child('resource'));
    return;
  }
  const hugePages = /^(?:limits|requests)\.hugepages-/.test(resource);
  if (!hugePages && !(FIELD_RESOURCES as readonly string[]).includes(resource)) {
    errors.unsupported(path.child('resource'), resource, FIELD_RESOURCES);
    return;
  }
  if (divisor === undefined || !isQuantity(divisor) || compareQuantities(divisor, '0') === 0) return;
  const name = resource.slice(resource.indexOf('.') + 1);
  const allowed = name === 'cpu' ? CPU_DIVISORS : OTHER_DIVISORS;
  if (allowed.some((one) => compareQuantities(one, divisor) === 0)) return;
  const named = name === 'cpu' ? allowed.join(' and ') : allowed.join(', ');
  const rule = `only divisor's values ${named} are supported with the ${hugePages ? 'hugepages' : name} resource`;
  errors.invalid(path.child('divisor'), name, rule);
}
