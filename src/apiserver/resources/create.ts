import { FieldErrors, ROOT } from '../../api/field-error.js';
import type { KubeObject } from '../../api/schema/meta.js';
import { MemoryStore } from '../../store/memory-store.js';
import { alreadyExists, badRequest, notFound, StatusError } from '../http/status-error.js';
import type { Behaviour } from './behaviour.js';
import type { RecordOwner } from './field-owner.js';
import { invalid } from './invalid.js';
import { generateName, metadataForCreate, metadataWithoutOwners, withoutVersion } from './metadata.js';
import type { Resource } from './resource.js';
import { hasStatus, withoutStatus } from './status-part.js';

export interface CreateOptions {
  /** Of the path. */
  readonly namespace: string | undefined;
  readonly dryRun: boolean;
  readonly recordOwner: RecordOwner;
}

export interface Created {
  /** In the form of the kind. */
  readonly object: KubeObject;
  readonly warnings: readonly string[];
}

/** A name may be drawn twice; this often in a row it is not. */
const MAX_DRAWS = 8;

/**
 * Stores a new object: with what the server fills in, its defaults, and only if it is valid.
 *
 * @param decoded as a client sent it
 * @throws StatusError 400, 403, 404 for a missing namespace, 409, 422
 * Source: apiserver pkg/registry/rest/create.go
 */
export function createObject(
  resource: Resource,
  behaviour: Behaviour,
  decoded: KubeObject,
  options: CreateOptions,
): Created {
  const { kind } = resource;
  const { namespace } = options;
  const given = decoded.metadata.namespace ?? '';
  if (given !== '' && given !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');

  const metadata = metadataForCreate(decoded.metadata, namespace);
  // Status is what becomes of an object, so a new one has none.
  const prepare = behaviour.prepareCreate ?? (hasStatus(kind) ? withoutStatus : (object: KubeObject) => object);
  const prepared = prepare({ ...decoded, metadata });
  const named = withName(resource, prepared);
  checkNamespace(resource, namespace, named.metadata.name);
  const object = kind.applyDefaults(named);
  const errors = kind.validate(object);
  if (errors.length > 0) throw invalid(kind, object.metadata.name, errors);

  const owned = options.recordOwner(undefined, object);
  const admitted = withOwnersOf(behaviour.admitCreate?.(object) ?? object, owned);
  const stored = store(resource, resource.toStored(admitted), options.dryRun);
  return { object: resource.toView(stored), warnings: behaviour.warnings?.(withoutOwners(object)) ?? [] };
}

/** Who applies a new object has sent none: they are written down for him, and nothing to warn of. */
const withoutOwners = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: metadataWithoutOwners(object.metadata),
});

/**
 * Admission forgets them with all else that a manifest from a cluster carries along. What it assigns, as the node, belongs to
 * nobody: a client that applies its manifest again without it does not want it gone.
 */
function withOwnersOf(object: KubeObject, { metadata: { managedFields } }: KubeObject): KubeObject {
  return managedFields === undefined ? object : { ...object, metadata: { ...object.metadata, managedFields } };
}

function withName(resource: Resource, object: KubeObject): KubeObject {
  const { metadata } = object;
  const prefix = metadata.generateName ?? '';
  if (metadata.name !== '') return object;
  if (prefix === '') {
    const errors = new FieldErrors();
    errors.required(ROOT.child('metadata', 'name'), 'name or generateName is required');
    throw invalid(resource.kind, '', errors.list);
  }
  let name = generateName(prefix);
  for (let draw = 1; draw < MAX_DRAWS && exists(resource, metadata.namespace, name); draw += 1)
    name = generateName(prefix);
  return { ...object, metadata: { ...metadata, name } };
}

const exists = (resource: Resource, namespace: string | undefined, name: string): boolean =>
  resource.store.get(resource.storedKind.kind, resource.key(namespace, name)) !== undefined;

/** Source: apiserver plugin/namespace/lifecycle/admission.go */
function checkNamespace({ store, kind, name }: Resource, namespace: string | undefined, object: string): void {
  if (namespace === undefined) return;
  const found = store.get('Namespace', namespace);
  if (found === undefined) throw notFound({ group: '', plural: 'namespaces' }, namespace);
  if (found.metadata.deletionTimestamp === undefined) return;
  const qualified = kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`;
  const why = `because it is being terminated`;
  throw new StatusError(
    403,
    'Forbidden',
    `${qualified} ${JSON.stringify(object)} is forbidden: unable to create new content in namespace ${namespace} ${why}`,
    {
      name: object,
      ...(kind.group === '' ? {} : { group: kind.group }),
      kind: name.plural,
      causes: [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    },
  );
}

function store(resource: Resource, object: KubeObject, dryRun: boolean): KubeObject {
  const { name, namespace } = object.metadata;
  if (exists(resource, namespace, name)) throw alreadyExists(resource.name, name);
  if (!dryRun) return resource.store.create(object);
  const scratch = new MemoryStore({ clock: resource.clock, historyLimit: 1, revision: 0, objects: [] });
  const created = scratch.create(object);
  return { ...created, metadata: withoutVersion(created.metadata) };
}
