/** How a field is patched. Lists without an entry are replaced as a whole. */
export interface ListType {
  /** `retainKeys`: who patches it says which keys may stay. */
  readonly strategy?: 'merge' | 'merge,retainKeys' | 'retainKeys';
  /** Strategic merge: items with the same value here are the same item. None: the items themselves are compared. */
  readonly mergeKey?: string;
  /** Server-side apply: fields that tell items apart. */
  readonly mapKeys?: readonly string[];
  /** Server-side apply: each value has an owner of its own. */
  readonly set?: true;
  /** Server-side apply: a map that has one owner. */
  readonly atomic?: true;
}

/** Values of fields that tell items apart and have a default. */
export const keyDefaults: Readonly<Record<string, string>> = { protocol: 'TCP' };

/** Types that have one owner, like one value. Source: `x-kubernetes-map-type: atomic` in the API's OpenAPI document. */
export const atomicTypes: ReadonlySet<string> = new Set([
  ...[
    'ConfigMapKeySelector',
    'CrossVersionObjectReference',
    'FileKeySelector',
    'LabelSelector',
    'LocalObjectReference',
  ],
  ...['NodeSelector', 'NodeSelectorTerm', 'ObjectFieldSelector', 'ObjectReference', 'OwnerReference'],
  ...['ResourceFieldSelector', 'RoleRef', 'ScopeSelector', 'SecretKeySelector', 'Subject', 'TypedLocalObjectReference'],
]);

const keyed = (...keys: [string, ...string[]]): ListType => ({ strategy: 'merge', mergeKey: keys[0], mapKeys: keys });
const retaining = (key: string): ListType => ({ ...keyed(key), strategy: 'merge,retainKeys' });
const valueSet: ListType = { strategy: 'merge', set: true };
const byType = keyed('type');

const containerLists = (type: string): Readonly<Record<string, ListType>> => ({
  [`${type}.env`]: keyed('name'),
  [`${type}.ports`]: keyed('containerPort', 'protocol'),
  [`${type}.volumeMounts`]: keyed('mountPath'),
  [`${type}.volumeDevices`]: keyed('devicePath'),
});

/**
 * Fields by `Type.name`. Source: `patchStrategy`, `patchMergeKey`, `listType`, `listMapKey` and `mapType` of k8s.io/api;
 * kubernetes-api-wire.md section 10.
 */
export const listTypes: Readonly<Record<string, ListType | undefined>> = {
  'ObjectMeta.ownerReferences': keyed('uid'),
  'ObjectMeta.finalizers': valueSet,
  'PodSpec.containers': keyed('name'),
  'PodSpec.initContainers': keyed('name'),
  'PodSpec.ephemeralContainers': keyed('name'),
  'PodSpec.volumes': retaining('name'),
  'PodSpec.imagePullSecrets': keyed('name'),
  'PodSpec.hostAliases': keyed('ip'),
  'PodSpec.topologySpreadConstraints': keyed('topologyKey', 'whenUnsatisfiable'),
  'PodSpec.schedulingGates': keyed('name'),
  'PodSpec.resourceClaims': retaining('name'),
  'PodSpec.nodeSelector': { atomic: true },
  ...containerLists('Container'),
  ...containerLists('EphemeralContainer'),
  'ResourceRequirements.claims': { mapKeys: ['name'] },
  'PodStatus.conditions': byType,
  'PodStatus.podIPs': keyed('ip'),
  'PodStatus.hostIPs': { strategy: 'merge', mergeKey: 'ip' },
  'PodStatus.resourceClaimStatuses': retaining('name'),
  'ContainerStatus.volumeMounts': keyed('mountPath'),
  'ContainerStatus.allocatedResourcesStatus': keyed('name'),
  'PodFailurePolicyOnExitCodesRequirement.values': { set: true },
  'ServiceSpec.ports': keyed('port', 'protocol'),
  'ServiceSpec.selector': { atomic: true },
  'ServiceStatus.conditions': byType,
  'ServiceAccount.secrets': keyed('name'),
  'NodeSpec.podCIDRs': valueSet,
  'NodeStatus.conditions': byType,
  'NodeStatus.addresses': byType,
  'NamespaceStatus.conditions': byType,
  'PersistentVolumeClaimStatus.conditions': byType,
  'ReplicationControllerSpec.selector': { atomic: true },
  'ReplicationControllerStatus.conditions': byType,
  'DeploymentSpec.strategy': { strategy: 'retainKeys' },
  'DeploymentStatus.conditions': byType,
  'ReplicaSetStatus.conditions': byType,
  'StatefulSetStatus.conditions': byType,
  'DaemonSetStatus.conditions': byType,
  'JobStatus.conditions': { strategy: 'merge', mergeKey: 'type' },
  'PodDisruptionBudgetStatus.conditions': byType,
};
