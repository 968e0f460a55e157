import { namedFields } from './message-fields.js';

/** The kinds that have a message, by API group. Messages of a group are the same in all its versions. */
const kindsByGroup: Readonly<Record<string, readonly string[]>> = {
  '': [
    ...[
      'Binding',
      'ConfigMap',
      'Endpoints',
      'Event',
      'LimitRange',
      'Namespace',
      'Node',
      'PersistentVolume',
      'PersistentVolumeClaim',
    ],
    ...['Pod', 'PodTemplate', 'ReplicationController', 'ResourceQuota', 'Secret', 'Service', 'ServiceAccount'],
  ],
  apps: ['ControllerRevision', 'DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'],
  'authentication.k8s.io': ['SelfSubjectReview', 'TokenRequest', 'TokenReview'],
  'authorization.k8s.io': [
    ...['LocalSubjectAccessReview', 'SelfSubjectAccessReview', 'SelfSubjectRulesReview', 'SubjectAccessReview'],
  ],
  autoscaling: ['HorizontalPodAutoscaler', 'Scale'],
  batch: ['CronJob', 'Job'],
  'coordination.k8s.io': ['Lease'],
  'discovery.k8s.io': ['EndpointSlice'],
  'events.k8s.io': ['Event'],
  'networking.k8s.io': ['Ingress', 'NetworkPolicy'],
  policy: ['Eviction', 'PodDisruptionBudget'],
  'rbac.authorization.k8s.io': ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
  'scheduling.k8s.io': ['PriorityClass'],
};

/** The message of a kind. Every group has its own copy of DeleteOptions. */
export function messageOf(apiVersion: string, kind: string): string | undefined {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const known = kind === 'DeleteOptions' || (Object.hasOwn(kindsByGroup, group) && kindsByGroup[group]?.includes(kind));
  if (known !== true) return undefined;
  // A kind that core has, too, has its group in the name of its message.
  const qualified = `${group.split('.', 1)[0] ?? ''}.${kind}`;
  return namedFields(qualified) === undefined ? kind : qualified;
}
