import type { KubeObject } from '../../api/schema/meta.js';
import { booleanParameter } from '../http/query.js';
import { StatusError } from '../http/status-error.js';
import type { ApiHandler, ApiRequest, ApiResponse } from '../http/types.js';
import type { Behaviour } from './behaviour.js';
import { createObject } from './create.js';
import { decodeResource } from './decode-resource.js';
import { readDeleteOptions, type DeleteOptions } from './delete-options.js';
import { deleteObject, successStatus } from './delete.js';
import { demandRoom, durable } from './durable.js';
import { alreadyRecorded, recordOwner, type RecordOwner } from './field-owner.js';
import { listObjects } from './list.js';
import type { ApplyPatch, DecodeBody } from './ports.js';
import { readView, renderList, renderObject } from './render.js';
import type { Resource } from './resource.js';
import { readSelection } from './selection.js';
import { updateObject, type UpdateOptions } from './update.js';
import { newWatchParts, watchObjects, type WatchParts } from './watch.js';
import { readDryRun, readFieldValidation } from './write-options.js';

export interface HandlerPorts {
  readonly decodeBody: DecodeBody;
  readonly applyPatch: ApplyPatch;
}

/** Of the patches, the one that says itself who owns what. */
const APPLY_PATCH = 'application/apply-patch+yaml';

/** What of an object a request is about. */
type Part = UpdateOptions['part'];

/** The requests of one kind. Each reads the whole request first and then looks and stores without a pause. */
export class Handlers {
  readonly #resource: Resource;
  readonly #behaviour: Behaviour;
  readonly #ports: HandlerPorts;
  readonly #watching: WatchParts;

  constructor(resource: Resource, behaviour: Behaviour, ports: HandlerPorts) {
    this.#resource = resource;
    this.#behaviour = behaviour;
    this.#ports = ports;
    this.#watching = newWatchParts(resource);
  }

  readonly listOrWatch: ApiHandler = (request) =>
    answer(() => {
      const { namespace } = request.params;
      return booleanParameter(request.query, 'watch')
        ? watchObjects(this.#resource, namespace, request, this.#watching)
        : listObjects(this.#resource, namespace, request);
    });

  readonly get: ApiHandler = (request) => answer(() => this.#respond(request, 200, this.#demand(request)));

  readonly create: ApiHandler = async (request) => {
    const { kind } = this.#resource;
    const body = await this.#ports.decodeBody(request, kind);
    const { object, warnings } = decodeResource(body, kind, readFieldValidation(request.query));
    return this.#create(request, object, warnings, this.#owner(request, 'object'));
  };

  /** `PUT`. */
  replace(part: Part): ApiHandler {
    return async (request) => {
      const { kind } = this.#resource;
      const body = await this.#ports.decodeBody(request, kind);
      const { object, warnings } = decodeResource(body, kind, readFieldValidation(request.query));
      return this.#update(request, object, warnings, { part, recordOwner: this.#owner(request, part) });
    };
  }

  patch(part: Part): ApiHandler {
    return async (request) => {
      const { kind, store, storedKind } = this.#resource;
      const { namespace, name } = nameOf(request);
      const patch = await request.body();
      const stored = store.get(storedKind.kind, this.#resource.key(namespace, name));
      const current = stored === undefined ? undefined : this.#resource.toView(stored);
      const contentType = request.headers['content-type'] ?? '';
      const result = this.#ports.applyPatch(contentType, patch, current, kind, request.query);
      const { object, warnings } = decodeResource(result, kind, readFieldValidation(request.query), current);
      const recordOwner = contentType.startsWith(APPLY_PATCH) ? alreadyRecorded : this.#owner(request, part);
      if (stored !== undefined) return this.#update(request, object, warnings, { part, recordOwner });
      // Only what creates objects comes here without one.
      return this.#create(request, { ...object, metadata: { ...object.metadata, name } }, warnings, recordOwner);
    };
  }

  readonly delete: ApiHandler = async (request) => {
    const { object: body } = await this.#ports.decodeBody(request);
    const options = readDeleteOptions(body, request.query);
    const stored = this.#demandStored(request);
    const { gone, object } = deleteObject(this.#resource, this.#behaviour, stored, options);
    await durable(this.#resource.store);
    if (!gone || this.#behaviour.remove !== undefined) return this.#respond(request, 200, object);
    return { kind: 'object', status: 200, object: successStatus(this.#resource, object) };
  };

  readonly deleteCollection: ApiHandler = async (request) => {
    const { object: body } = await this.#ports.decodeBody(request);
    const options = readDeleteOptions(body, request.query);
    const { namespace } = request.params;
    const view = readView(request);
    const selection = readSelection(this.#resource.kind, namespace, request.query);
    const deleted = this.#resource
      .list(namespace)
      .items.filter(selection.matches)
      .flatMap((object) => this.#deleteIfAllowed(object, options));
    await durable(this.#resource.store);
    const { clock, kind, store } = this.#resource;
    const metadata = { resourceVersion: String(store.revision) };
    return { kind: 'object', status: 200, object: renderList(kind, deleted, metadata, view, clock.now()) };
  };

  /** What the API may not delete, and what fails a precondition, is left out. */
  #deleteIfAllowed({ metadata }: KubeObject, options: DeleteOptions): KubeObject[] {
    try {
      const stored = this.#resource.demand(metadata.namespace, metadata.name);
      return [deleteObject(this.#resource, this.#behaviour, stored, options).object];
    } catch (error) {
      if (error instanceof StatusError && [403, 404, 409].includes(error.code)) return [];
      throw error;
    }
  }

  async #create(
    request: ApiRequest,
    decoded: KubeObject,
    warnings: readonly string[],
    recordOwner: RecordOwner,
  ): Promise<ApiResponse> {
    // Before anything is stored: a request that cannot be answered has no effect.
    readView(request);
    await demandRoom(this.#resource.store);
    const created = createObject(this.#resource, this.#behaviour, decoded, {
      namespace: request.params['namespace'],
      dryRun: readDryRun(request.query.getAll('dryRun')),
      recordOwner,
    });
    await durable(this.#resource.store);
    return this.#respond(request, 201, created.object, [...warnings, ...created.warnings]);
  }

  async #update(
    request: ApiRequest,
    decoded: KubeObject,
    warnings: readonly string[],
    options: Omit<UpdateOptions, 'dryRun'>,
  ): Promise<ApiResponse> {
    readView(request);
    const dryRun = readDryRun(request.query.getAll('dryRun'));
    await demandRoom(this.#resource.store);
    const stored = this.#demandStored(request);
    const object = updateObject(this.#resource, this.#behaviour, stored, decoded, { ...options, dryRun });
    await durable(this.#resource.store);
    const told = this.#behaviour.updateWarnings?.(object, this.#resource.toView(stored)) ?? [];
    return this.#respond(request, 200, object, [...warnings, ...told]);
  }

  #respond(request: ApiRequest, status: number, object: KubeObject, warnings: readonly string[] = []): ApiResponse {
    const { clock, kind } = this.#resource;
    const body = renderObject(kind, object, readView(request), clock.now());
    return { kind: 'object', status, object: body, ...(warnings.length === 0 ? {} : { warnings }) };
  }

  #owner(request: ApiRequest, part: Part): RecordOwner {
    const { clock, kind } = this.#resource;
    return recordOwner(request, kind, part === 'status' ? part : '', clock.now());
  }

  #demandStored(request: ApiRequest): KubeObject {
    const { namespace, name } = nameOf(request);
    return this.#resource.demand(namespace, name);
  }

  #demand(request: ApiRequest): KubeObject {
    return this.#resource.toView(this.#demandStored(request));
  }
}

/** Of the path. */
export function nameOf({ params }: ApiRequest): { readonly namespace: string | undefined; readonly name: string } {
  return { namespace: params['namespace'], name: params['name'] ?? '' };
}

/** What is thrown becomes a rejection. */
const answer = (respond: () => ApiResponse): Promise<ApiResponse> => Promise.resolve().then(respond);
