import { apiVersionOf } from '../resources/define-kind.js';
import type { DiscoveryResource } from '../discovery/discovery-resource.js';
import type { GroupVersionKind } from './openapi-schema.js';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly description: string;
  readonly required?: true;
  readonly schema: { readonly type: string };
}

export interface Operation {
  readonly description: string;
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
  readonly 'x-kubernetes-action': string;
  readonly 'x-kubernetes-group-version-kind': GroupVersionKind;
}

export type PathItem = Readonly<Partial<Record<'get' | 'post' | 'put' | 'patch' | 'delete', Operation>>>;

/**
 * Where the objects of a kind are. kubectl finds a kind's schema by the `x-kubernetes-group-version-kind` of an operation,
 * and takes from the parameters of `patch` that the server validates fields and knows dry runs.
 */
export function pathsOf(kind: DiscoveryResource): Readonly<Record<string, PathItem>> {
  const root = `${kind.group === '' ? '/api' : '/apis'}/${apiVersionOf(kind)}`;
  const inNamespace = kind.namespaced ? `${root}/namespaces/{namespace}` : root;
  const operation = operationsOf(kind);
  const collection = {
    ...operation('get', 'list', listParameters),
    ...operation('post', 'create', writeParameters),
    ...operation('delete', 'deletecollection', listParameters),
  };
  const one = {
    ...operation('get', 'get', []),
    ...operation('put', 'update', writeParameters),
    ...operation('patch', 'patch', [...writeParameters, force]),
    ...operation('delete', 'delete', [dryRun]),
  };
  const where = kind.namespaced ? [name, namespace] : [name];
  const object = `${inNamespace}/${kind.plural}/{name}`;
  const status = kind.subresources.some(({ name }) => name === 'status')
    ? { [`${object}/status`]: only(withPath(one, where), ['get', 'put', 'patch'], 'Status') }
    : {};
  return {
    ...(kind.namespaced ? { [`${root}/${kind.plural}`]: only(collection, ['get'], 'ForAllNamespaces') } : {}),
    [`${inNamespace}/${kind.plural}`]: withPath(collection, kind.namespaced ? [namespace] : []),
    [object]: withPath(one, where),
    ...status,
  };
}

type Method = keyof PathItem;

function operationsOf({ group, version, kind, verbs, namespaced }: DiscoveryResource) {
  return (method: Method, verb: string, parameters: readonly Parameter[]): PathItem => {
    // Patch is there for all: without, kubectl does not know the kind and never comes to hear that it cannot be written.
    if (!verbs.includes(verb) && verb !== 'patch') return {};
    const operation: Operation = {
      description: `${verb} ${kind}`,
      operationId: `${verb}${namespaced ? 'Namespaced' : ''}${kind}`,
      parameters,
      responses: { '200': { description: 'OK' } },
      'x-kubernetes-action': verb,
      'x-kubernetes-group-version-kind': { group, version, kind },
    };
    return { [method]: operation };
  };
}

/** Some operations, under an own name. */
function only(item: PathItem, methods: readonly Method[], suffix: string): PathItem {
  return Object.fromEntries(
    methods.flatMap((method) => {
      const operation = item[method];
      return operation === undefined ? [] : [[method, { ...operation, operationId: operation.operationId + suffix }]];
    }),
  );
}

const withPath = (item: PathItem, parameters: readonly Parameter[]): PathItem =>
  Object.fromEntries(
    Object.entries(item).map(([method, operation]) => [
      method,
      { ...operation, parameters: [...operation.parameters, ...parameters] },
    ]),
  );

const inQuery = (parameter: string, type: string, description: string): Parameter => ({
  name: parameter,
  in: 'query',
  description,
  schema: { type },
});

const inPath = (parameter: string, description: string): Parameter => ({
  name: parameter,
  in: 'path',
  description,
  required: true,
  schema: { type: 'string' },
});

const name = inPath('name', 'Name of the object.');
const namespace = inPath('namespace', 'Namespace of the object.');
const dryRun = inQuery('dryRun', 'string', '`All`: do everything but keep the result.');
const force = inQuery('force', 'boolean', 'Apply only: take fields that others own.');
const writeParameters = [
  dryRun,
  inQuery('fieldManager', 'string', 'Who owns the fields that this writes.'),
  inQuery('fieldValidation', 'string', 'What to do about unknown and duplicate fields: `Ignore`, `Warn` or `Strict`.'),
];
const listParameters = [
  inQuery('labelSelector', 'string', 'Only objects with such labels.'),
  inQuery('fieldSelector', 'string', 'Only objects with such fields.'),
];
