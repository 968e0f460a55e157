import type { DiscoveryResource } from '../discovery/discovery-resource.js';
import type { OpenApiSchema, OpenApiSchemas } from './openapi-schema.js';

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  Binding: 'Assigns a pod to a node. Every pod here has its node from the start.',
  LocalSubjectAccessReview: 'Asks whether a user or group may do something in a namespace.',
  SelfSubjectAccessReview: 'Asks whether the one who asks may do something.',
  SelfSubjectReview: 'Asks who the one who asks is to the server.',
  SelfSubjectRulesReview: 'Asks for all that the one who asks may do in a namespace.',
  SubjectAccessReview: 'Asks whether a user or group may do something.',
  TokenReview: 'Asks whom a token stands for, and whether it is good.',
  NodeMetrics: 'What a node uses of processor and memory.',
  PodMetrics: 'What the containers of a pod use of processor and memory.',
};

/** The types of resources that are answers and no stored objects: as much as kubectl needs to know and to explain them. */
export const answerSchemas = (resources: readonly DiscoveryResource[]): OpenApiSchemas =>
  Object.fromEntries(resources.map((resource) => [typeName(resource), schemaOf(resource)]));

const typeName = ({ group, kind, version }: DiscoveryResource): string =>
  `io.k8s.api.${group === '' ? 'core' : (group.split('.', 1)[0] ?? '')}.${version}.${kind}`;

const text: OpenApiSchema = { type: 'string' };

const schemaOf = ({ group, kind, version }: DiscoveryResource): OpenApiSchema => ({
  description: DESCRIPTIONS[kind] ?? '',
  type: 'object',
  properties: {
    apiVersion: { ...text, description: 'Version of the schema of this object.' },
    kind: { ...text, description: 'Kind of this object.' },
    metadata: { type: 'object', description: 'Standard metadata.' },
    ...fieldsOf(kind),
  },
  'x-kubernetes-group-version-kind': [{ group, version, kind }],
});

function fieldsOf(kind: string): Readonly<Record<string, OpenApiSchema>> {
  if (kind === 'Binding') return { target: { type: 'object', description: 'The node.' } };
  if (!kind.endsWith('Metrics'))
    return {
      spec: { type: 'object', description: 'The question.' },
      status: { type: 'object', description: 'The answer.' },
    };
  return {
    timestamp: { ...text, description: 'When it was measured.' },
    window: { ...text, description: 'Over which time.' },
    ...(kind === 'PodMetrics'
      ? { containers: { type: 'array', items: { type: 'object' }, description: 'Usage of each container.' } }
      : { usage: { type: 'object', description: 'Usage of the node.' } }),
  };
}
