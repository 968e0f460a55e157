import * as z from 'zod';
import { FieldErrors, ROOT } from '../../api/field-error.js';
import type { Pod } from '../../api/schema/pod.js';
import type { Store } from '../../store/store.js';
import { badRequest, conflict, notFound } from '../http/status-error.js';
import type { ApiHandler, Route } from '../http/types.js';
import type { DiscoveryResource } from '../discovery/discovery-resource.js';
import { invalid } from './invalid.js';
import type { DecodeBody } from './ports.js';

const bindingSchema = z.object({
  metadata: z.object({ name: z.string().nullish(), namespace: z.string().nullish() }).nullish(),
  target: z.object({ kind: z.string().nullish(), name: z.string().nullish() }).nullish(),
});

/** As discovery lists what a scheduler posts to. */
export const bindingResource: DiscoveryResource = {
  group: '',
  version: 'v1',
  kind: 'Binding',
  plural: 'bindings',
  singular: 'binding',
  shortNames: [],
  categories: [],
  namespaced: true,
  verbs: ['create'],
  subresources: [],
};

/**
 * `POST` to `bindings`, or to `binding` of a pod, by which a scheduler assigns a pod to a node. Here every pod has its node
 * from the start, so all that is left is to say so, as the API server says it to a scheduler that is late.
 * Source: kubernetes pkg/registry/core/pod/storage BindingREST
 */
export function bindingRoutes(store: Store, decodeBody: DecodeBody): readonly Route[] {
  const bind: ApiHandler = async (request) => {
    const body = bindingSchema.safeParse((await decodeBody(request)).object ?? {});
    if (!body.success) throw badRequest('the body is no Binding');
    const { namespace = '', name: inPath } = request.params;
    const { metadata, target } = body.data;
    const named = metadata?.name ?? '';
    if (inPath !== undefined && named !== '' && named !== inPath)
      throw badRequest('name in URL does not match name in Binding object');
    const name = inPath ?? named;
    checkTarget(name, target?.kind ?? '', target?.name ?? '');
    const pod = store.get<Pod>('Pod', `${namespace}/${name}`);
    if (pod === undefined) throw notFound({ group: '', plural: 'pods' }, name);
    const why =
      pod.metadata.deletionTimestamp === undefined
        ? `pod ${name} is already assigned to node ${JSON.stringify(pod.spec.nodeName ?? '')}`
        : `pod ${name} is being deleted, cannot be assigned to a host`;
    throw conflict({ group: '', plural: 'pods/binding' }, name, why);
  };
  return ['/api/v1/namespaces/:namespace/bindings', '/api/v1/namespaces/:namespace/pods/:name/binding'].map(
    (pattern) => ({ method: 'POST', pattern, handle: bind }),
  );
}

/** Source: kubernetes pkg/apis/core/validation ValidatePodBinding */
function checkTarget(pod: string, kind: string, node: string): void {
  const errors = new FieldErrors();
  const target = ROOT.child('target');
  if (kind !== '' && kind !== 'Node') errors.unsupported(target.child('kind'), kind, ['Node', '<empty>']);
  if (node === '') errors.required(target.child('name'));
  if (errors.list.length > 0) throw invalid({ group: '', kind: 'Binding' }, pod, errors.list);
}
