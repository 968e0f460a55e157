import { defaultPod } from '../../api/defaults.js';
import { computePodColumns, type PodColumns } from '../../api/printing/pod-columns.js';
import { podSchema, type Pod } from '../../api/schema/pod.js';
import { validatePod } from '../../api/validate.js';
import { defineKind } from '../resources/define-kind.js';
import type { Column, Subresource } from '../resources/kind.js';
import { textColumn, wide } from './columns.js';
import { validatePodUpdate } from './pod-update.js';

/** One cell of the line that the CLI shows, too. */
const column = (name: string, description: string, field: keyof PodColumns): Column<Pod> =>
  textColumn(name, description, (pod, now) => computePodColumns(pod, now)[field]);

const podPart = (name: string, verbs: readonly string[], kind = 'Pod', group = ''): Subresource => ({
  name,
  responseKind: { group, version: 'v1', kind },
  verbs,
});

export const podKind = defineKind<Pod>({
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  shortNames: ['po'],
  categories: ['all'],
  namespaced: true,
  subresources: [
    podPart('attach', ['create', 'get'], 'PodAttachOptions'),
    podPart('binding', ['create'], 'Binding'),
    podPart('ephemeralcontainers', ['get', 'patch', 'update']),
    podPart('eviction', ['create'], 'Eviction', 'policy'),
    podPart('exec', ['create', 'get'], 'PodExecOptions'),
    podPart('log', ['get']),
    podPart('portforward', ['create', 'get'], 'PodPortForwardOptions'),
    podPart('proxy', ['create', 'delete', 'get', 'patch', 'update'], 'PodProxyOptions'),
    podPart('resize', ['get', 'patch', 'update']),
    podPart('status', ['get', 'patch', 'update']),
  ],
  schema: podSchema,
  columns: [
    { ...column('Name', 'Name must be unique within a namespace.', 'name'), format: 'name' },
    column('Ready', 'The aggregate readiness state of this pod for accepting traffic.', 'ready'),
    column('Status', 'The aggregate status of the containers in this pod.', 'status'),
    column(
      'Restarts',
      'The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.',
      'restarts',
    ),
    column('Age', 'Time since the pod was created.', 'age'),
    wide(column('IP', 'IP address allocated to the pod.', 'ip')),
    wide(column('Node', 'The node the pod runs on.', 'node')),
    wide(column('Nominated Node', 'Always empty: nothing is scheduled here.', 'nominatedNode')),
    wide(column('Readiness Gates', 'Conditions besides the containers that readiness needs.', 'readinessGates')),
  ],
  fields: {
    'spec.nodeName': ({ spec }) => spec.nodeName ?? '',
    'spec.restartPolicy': ({ spec }) => spec.restartPolicy ?? '',
    'spec.schedulerName': ({ spec }) => spec.schedulerName ?? '',
    'spec.serviceAccountName': ({ spec }) => spec.serviceAccountName ?? '',
    'spec.hostNetwork': ({ spec }) => String(spec.hostNetwork ?? false),
    'status.phase': ({ status }) => status?.phase ?? '',
    'status.podIP': ({ status }) => status?.podIP ?? '',
    'status.nominatedNodeName': ({ status }) => status?.nominatedNodeName ?? '',
  },
  applyDefaults: defaultPod,
  validate: validatePod,
  validateUpdate: validatePodUpdate,
});
