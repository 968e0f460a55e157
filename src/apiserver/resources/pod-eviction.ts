import * as z from 'zod';
import { badRequest } from '../http/status-error.js';
import type { ApiHandler } from '../http/types.js';
import type { Behaviour } from './behaviour.js';
import { readDeleteOptions } from './delete-options.js';
import { deleteObject } from './delete.js';
import { durable } from './durable.js';
import { nameOf } from './handlers.js';
import type { DecodeBody } from './ports.js';
import type { Resource } from './resource.js';

const evictionSchema = z.object({
  metadata: z.object({ name: z.string().nullish() }).nullish(),
  deleteOptions: z.unknown().optional(),
});

/**
 * `POST` to `eviction`, as `kubectl drain` does it: the pod is deleted, unless its disruption budget forbids it, and there
 * are no budgets here.
 */
export function evictPod(pods: Resource, behaviour: Behaviour, decodeBody: DecodeBody): ApiHandler {
  return async (request) => {
    const { object: body } = await decodeBody(request);
    const result = evictionSchema.safeParse(body ?? {});
    if (!result.success) throw badRequest('the body is no Eviction');
    const { namespace, name } = nameOf(request);
    const named = result.data.metadata?.name ?? '';
    if (named !== '' && named !== name) throw badRequest('name in URL does not match name in Eviction object');
    const options = readDeleteOptions(result.data.deleteOptions, request.query);
    deleteObject(pods, behaviour, pods.demand(namespace, name), options);
    await durable(pods.store);
    return {
      kind: 'object',
      status: 201,
      object: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 },
    };
  };
}
