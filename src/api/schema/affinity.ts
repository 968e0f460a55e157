import { choice, define, int32, int64, list, opt, str, strings } from './shape.js';
import { labelSelectorSchema } from './meta.js';

const V1 = 'io.k8s.api.core.v1';

const nodeSelectorRequirementSchema = define(`${V1}.NodeSelectorRequirement`, {
  key: str,
  operator: choice('In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'),
  values: opt(strings),
});

const nodeSelectorTermSchema = define(`${V1}.NodeSelectorTerm`, {
  matchExpressions: opt(list(nodeSelectorRequirementSchema)),
  matchFields: opt(list(nodeSelectorRequirementSchema)),
});

export const nodeSelectorSchema = define(`${V1}.NodeSelector`, { nodeSelectorTerms: list(nodeSelectorTermSchema) });

const nodeAffinitySchema = define(`${V1}.NodeAffinity`, {
  requiredDuringSchedulingIgnoredDuringExecution: opt(nodeSelectorSchema),
  preferredDuringSchedulingIgnoredDuringExecution: opt(
    list(define(`${V1}.PreferredSchedulingTerm`, { weight: int32, preference: nodeSelectorTermSchema })),
  ),
});

const podAffinityTermSchema = define(`${V1}.PodAffinityTerm`, {
  labelSelector: opt(labelSelectorSchema),
  namespaces: opt(strings),
  topologyKey: str,
  namespaceSelector: opt(labelSelectorSchema),
  matchLabelKeys: opt(strings),
  mismatchLabelKeys: opt(strings),
});

const weightedTermsSchema = list(
  define(`${V1}.WeightedPodAffinityTerm`, { weight: int32, podAffinityTerm: podAffinityTermSchema }),
);

const podAffinityFields = {
  requiredDuringSchedulingIgnoredDuringExecution: opt(list(podAffinityTermSchema)),
  preferredDuringSchedulingIgnoredDuringExecution: opt(weightedTermsSchema),
};

export const affinitySchema = define(`${V1}.Affinity`, {
  nodeAffinity: opt(nodeAffinitySchema),
  podAffinity: opt(define(`${V1}.PodAffinity`, podAffinityFields)),
  podAntiAffinity: opt(define(`${V1}.PodAntiAffinity`, podAffinityFields)),
});

export const tolerationSchema = define(`${V1}.Toleration`, {
  key: opt(str),
  operator: opt(choice('Equal', 'Exists')),
  value: opt(str),
  effect: opt(choice('NoSchedule', 'PreferNoSchedule', 'NoExecute')),
  tolerationSeconds: opt(int64),
});

export const topologySpreadConstraintSchema = define(`${V1}.TopologySpreadConstraint`, {
  maxSkew: int32,
  topologyKey: str,
  whenUnsatisfiable: choice('DoNotSchedule', 'ScheduleAnyway'),
  labelSelector: opt(labelSelectorSchema),
  minDomains: opt(int32),
  nodeAffinityPolicy: opt(choice('Honor', 'Ignore')),
  nodeTaintsPolicy: opt(choice('Honor', 'Ignore')),
  matchLabelKeys: opt(strings),
});
