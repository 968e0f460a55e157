import { nodeSchema, type Node } from '../../api/schema/node.js';
import { defineKind } from '../resources/define-kind.js';
import { ageColumn, nameColumn, NONE, textColumn, wide } from './columns.js';
import { statusOf } from './status-subresource.js';
import { validateMetadata } from './validate-metadata.js';

const UNKNOWN = '<unknown>';
const ROLE_PREFIX = 'node-role.kubernetes.io/';
const ROLE_LABEL = 'kubernetes.io/role';
const NODE = { group: '', version: 'v1', kind: 'Node' };

const info =
  (field: 'kubeletVersion' | 'osImage' | 'kernelVersion' | 'containerRuntimeVersion') =>
  ({ status }: Node): string => {
    const text = status?.nodeInfo?.[field] ?? '';
    return text === '' ? UNKNOWN : text;
  };
const address =
  (type: string) =>
  ({ status }: Node): string =>
    status?.addresses?.find((one) => one.type === type)?.address ?? NONE;

export const nodeKind = defineKind<Node>({
  ...NODE,
  plural: 'nodes',
  shortNames: ['no'],
  namespaced: false,
  subresources: [statusOf(NODE)],
  schema: nodeSchema,
  columns: [
    nameColumn,
    textColumn('Status', 'The status of the node', statusText),
    textColumn('Roles', 'The roles of the node', rolesText),
    ageColumn,
    textColumn('Version', 'Kubelet Version reported by the node.', info('kubeletVersion')),
    wide(textColumn('Internal-IP', 'Address inside of the cluster.', address('InternalIP'))),
    wide(textColumn('External-IP', 'Address for the world outside.', address('ExternalIP'))),
    wide(textColumn('OS-Image', 'OS Image reported by the node.', info('osImage'))),
    wide(textColumn('Kernel-Version', 'Kernel Version reported by the node.', info('kernelVersion'))),
    wide(textColumn('Container-Runtime', 'The engine and its version.', info('containerRuntimeVersion'))),
  ],
  fields: { 'spec.unschedulable': ({ spec }) => String(spec?.unschedulable ?? false) },
  applyDefaults: (node) => ({ ...node, spec: node.spec ?? {} }),
  validate: validateMetadata,
});

function statusText({ spec, status }: Node): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const text = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return spec?.unschedulable === true ? `${text},SchedulingDisabled` : text;
}

function rolesText({ metadata }: Node): string {
  const roles = Object.entries(metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith(ROLE_PREFIX)) return [key.slice(ROLE_PREFIX.length)];
    return key === ROLE_LABEL ? [value] : [];
  });
  const named = [...new Set(roles)].filter((role) => role !== '').sort();
  return named.length === 0 ? NONE : named.join(',');
}
