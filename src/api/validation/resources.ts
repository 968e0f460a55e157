import type { FieldErrors, FieldPath } from '../field-error.js';
import { qualifiedNameProblems } from '../names.js';
import { canonicalQuantity } from '../quantity-format.js';
import { compareQuantities, isQuantity, parseQuantity, QUANTITY_FORMAT } from '../quantity.js';
import type { ResourceRequirements } from '../schema/pod.js';

const OF_CONTAINERS = new Set(['cpu', 'memory', 'ephemeral-storage']);
/** Known to Kubernetes, but not of containers. */
const OF_OTHERS = new Set([
  ...['pods', 'services', 'replicationcontrollers', 'resourcequotas', 'secrets', 'configmaps', 'storage'],
  ...['persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers', 'requests.cpu', 'requests.memory'],
  ...['requests.storage', 'requests.ephemeral-storage', 'limits.cpu', 'limits.memory', 'limits.ephemeral-storage'],
]);

const isHugePages = (name: string): boolean => name.startsWith('hugepages-');
/** Devices: `vendor/name`. */
const isExtended = (name: string): boolean => name.includes('/') && !name.includes('kubernetes.io/');
const mayBeOvercommitted = (name: string): boolean => !isHugePages(name) && !isExtended(name);

/**
 * Limits and requests of a container, or of a pod. Claims must name one of the pod's.
 * Source: kubernetes pkg/apis/core/validation/validation.go ValidateContainerResourceRequirements
 */
export function validateResources(
  { limits = {}, requests = {}, claims = [] }: ResourceRequirements,
  podClaims: ReadonlySet<string>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  for (const [side, amounts] of [
    ['limits', limits],
    ['requests', requests],
  ] as const) {
    for (const [name, amount] of Object.entries(amounts)) {
      const at = path.child(side).at(name);
      validateResourceName(name, at, errors);
      validateAmount(name, amount, at, errors);
    }
  }
  for (const [name, request] of Object.entries(requests)) {
    const limit = limits[name];
    const at = path.child('requests');
    if (limit === undefined) {
      if (!mayBeOvercommitted(name)) {
        errors.required(path.child('limits'), 'Limit must be set for non overcommitable resources');
      }
      continue;
    }
    if (!isQuantity(request) || !isQuantity(limit)) continue;
    const difference = compareQuantities(request, limit);
    const [value, most] = [canonicalQuantity(request), canonicalQuantity(limit)];
    if (!mayBeOvercommitted(name) && difference !== 0) {
      errors.invalid(at, value, `must be equal to ${name} limit of ${most}`);
    } else if (difference > 0) errors.invalid(at, value, `must be less than or equal to ${name} limit of ${most}`);
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory')) {
    errors.forbidden(path, 'HugePages require cpu or memory');
  }
  for (const [index, { name }] of claims.entries()) {
    const at = path.child('claims').at(index).child('name');
    if (name === '') errors.required(at);
    else if (!podClaims.has(name)) errors.notFound(at, name);
  }
}

function validateResourceName(name: string, path: FieldPath, errors: FieldErrors): void {
  errors.check(path, name, qualifiedNameProblems);
  if (name.includes('/') || OF_CONTAINERS.has(name) || isHugePages(name)) return;
  if (!OF_OTHERS.has(name)) errors.invalid(path, name, 'must be a standard resource type or fully qualified');
  errors.invalid(path, name, 'must be a standard resource for containers');
}

/** One amount: readable, not negative, and whole where it counts things. */
export function validateAmount(name: string, amount: string, path: FieldPath, errors: FieldErrors): void {
  const quantity = parseQuantity(amount);
  if (quantity === undefined) errors.invalid(path, amount, QUANTITY_FORMAT);
  else if (quantity.nano < 0n) {
    errors.invalid(path, canonicalQuantity(amount), 'must be greater than or equal to 0');
  } else if (isExtended(name) && quantity.nano % 1_000_000_000n !== 0n) {
    errors.invalid(path, canonicalQuantity(amount), 'must be an integer');
  }
}
