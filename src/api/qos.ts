import { compareQuantities, isQuantity } from './quantity.js';
import type { PodSpec, QosClass, ResourceRequirements } from './schema/pod.js';

const COUNTED = ['cpu', 'memory'] as const;

/**
 * The class that decides who is killed first when memory runs out. Main and init containers count, unless the pod has
 * resources of its own. An amount that cannot be read counts as none.
 * Source: kubernetes pkg/apis/core/helper/qos/qos.go
 */
export function computeQosClass(spec: PodSpec): QosClass {
  const resources =
    spec.resources === undefined
      ? [...spec.containers, ...(spec.initContainers ?? [])].map((container) => container.resources ?? {})
      : [spec.resources];
  if (resources.every(isBestEffort)) return 'BestEffort';
  return resources.every(isGuaranteed) ? 'Guaranteed' : 'Burstable';
}

const isSet = (amount: string | undefined): amount is string =>
  amount !== undefined && isQuantity(amount) && compareQuantities(amount, '0') > 0;

const isBestEffort = ({ limits, requests }: ResourceRequirements): boolean =>
  COUNTED.every((name) => !isSet(limits?.[name]) && !isSet(requests?.[name]));

const isGuaranteed = ({ limits, requests }: ResourceRequirements): boolean =>
  COUNTED.every((name) => {
    const limit = limits?.[name];
    const request = requests?.[name] ?? limit;
    return isSet(limit) && isSet(request) && compareQuantities(request, limit) === 0;
  });
