import * as z from 'zod';
import { FieldErrors, ROOT } from '../../api/field-error.js';
import type { KubeObject } from '../../api/schema/meta.js';
import type { Pod } from '../../api/schema/pod.js';
import { toRfc3339 } from '../../lib/time.js';
import type { Store } from '../../store/store.js';
import { badRequest, conflict, notFound } from '../http/status-error.js';
import type { Route } from '../http/types.js';
import { invalid } from '../resources/invalid.js';
import type { DecodeBody } from '../resources/ports.js';
import { DEFAULT_SECONDS, ISSUER, type BoundObject, type ServiceAccountTokens } from './service-account-tokens.js';

const KIND = { group: 'authentication.k8s.io', kind: 'TokenRequest' };

const MIN_SECONDS = 600;
const MAX_SECONDS = 2 ** 32;

const boundSchema = z.object({
  kind: z.string().nullish(),
  apiVersion: z.string().nullish(),
  name: z.string().nullish(),
  uid: z.string().nullish(),
});
const requestSchema = z.object({
  metadata: z.object({ name: z.string().nullish(), namespace: z.string().nullish() }).nullish(),
  spec: z
    .object({
      audiences: z.array(z.string()).nullish(),
      expirationSeconds: z.int().nullish(),
      boundObjectRef: boundSchema.nullish(),
    })
    .nullish(),
});

export interface TokenRequestParts {
  readonly store: Store;
  readonly tokens: ServiceAccountTokens;
  readonly decodeBody: DecodeBody;
}

/**
 * `POST` to `serviceaccounts/NAME/token`: what `kubectl create token` asks for.
 * Source: kubernetes pkg/registry/core/serviceaccount/storage/token.go
 */
export function tokenRequestRoutes({ decodeBody, store, tokens }: TokenRequestParts): readonly Route[] {
  const handle: Route['handle'] = async (request) => {
    const { namespace = '', name = '' } = request.params;
    const account = store.get('ServiceAccount', `${namespace}/${name}`);
    if (account === undefined) throw notFound({ group: '', plural: 'serviceaccounts' }, name);
    const body = requestSchema.safeParse((await decodeBody(request)).object ?? {});
    if (!body.success) throw badRequest('the body is no TokenRequest');
    const { boundObjectRef, expirationSeconds, ...spec } = body.data.spec ?? {};
    const seconds = checkedSeconds(expirationSeconds ?? DEFAULT_SECONDS);
    const audiences = spec.audiences?.length ? spec.audiences : [ISSUER];
    const boundTo = boundObjectRef ? boundObject(store, account, boundObjectRef) : undefined;
    const { expiresAt, token } = tokens.issue({
      namespace,
      serviceAccount: { name, uid: account.metadata.uid ?? '' },
      audiences,
      expirationSeconds: seconds,
      ...(boundTo === undefined ? {} : { boundTo }),
    });
    const object = {
      kind: KIND.kind,
      apiVersion: `${KIND.group}/v1`,
      metadata: { name, namespace, creationTimestamp: null },
      spec: { audiences, expirationSeconds: seconds, boundObjectRef: boundObjectRef ?? null },
      status: { token, expirationTimestamp: toRfc3339(expiresAt * 1000) },
    };
    return { kind: 'object', status: 201, object };
  };
  return [{ method: 'POST', pattern: '/api/v1/namespaces/:namespace/serviceaccounts/:name/token', handle }];
}

function checkedSeconds(seconds: number): number {
  const errors = new FieldErrors();
  const path = ROOT.child('spec', 'expirationSeconds');
  if (seconds < MIN_SECONDS) errors.invalid(path, seconds, 'may not specify a duration less than 10 minutes');
  if (seconds > MAX_SECONDS) errors.invalid(path, seconds, 'may not specify a duration larger than 2^32 seconds');
  if (errors.list.length > 0) throw invalid(KIND, '', errors.list);
  return seconds;
}

/** What the token is to be bound to, as it is stored. */
function boundObject(store: Store, { metadata }: KubeObject, wanted: z.infer<typeof boundSchema>): BoundObject {
  const name = wanted.name ?? '';
  const { kind } = wanted;
  if (wanted.apiVersion !== 'v1' || (kind !== 'Pod' && kind !== 'Secret' && kind !== 'Node'))
    throw badRequest(
      `cannot bind token to object of type ${JSON.stringify(`${wanted.apiVersion ?? ''} ${wanted.kind ?? ''}`.trim())}`,
    );
  const resource = { group: '', plural: `${kind.toLowerCase()}s` };
  const found = store.get(kind, kind === 'Node' ? name : `${metadata.namespace ?? ''}/${name}`);
  if (found === undefined) throw notFound(resource, name);
  if (kind === 'Pod' && ((found as Pod).spec.serviceAccountName || 'default') !== metadata.name)
    throw badRequest(
      `cannot bind token for serviceaccount ${JSON.stringify(metadata.name)} to pod running with different serviceaccount name.`,
    );
  const uid = found.metadata.uid ?? '';
  const expected = wanted.uid ?? '';
  if (expected !== '' && expected !== uid)
    throw conflict(
      resource,
      name,
      `the UID in the bound object reference (${expected}) does not match the UID in record. ` +
        'The object might have been deleted and then recreated',
    );
  return { kind, name, uid };
}
