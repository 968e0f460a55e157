import { StatusError } from '../http/status-error.js';

/** In which form an object or list is wanted. */
export type Form = 'object' | 'table' | 'metadata';

/**
 * The first form of the `Accept` header that can be served, as JSON. Protobuf is never served: every client that asks for
 * it takes JSON as its second choice.
 *
 * @throws StatusError 406
 * Source: apiserver pkg/endpoints/handlers/negotiation
 */
export function negotiateForm(accept: string | undefined): Form {
  if (accept === undefined || accept.trim() === '') return 'object';
  for (const range of accept.split(',')) {
    const form = formOf(range);
    if (form !== undefined) return form;
  }
  throw new StatusError(406, 'NotAcceptable', 'only the following media types are accepted: application/json');
}

function formOf(range: string): Form | undefined {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
  if (!['application/json', 'application/*', '*/*'].includes(type.toLowerCase())) return undefined;
  const values = new Map(
    parameters.map((parameter) => {
      const [name = '', value = ''] = parameter.split('=', 2);
      return [name.trim(), value.trim()] as const;
    }),
  );
  const as = values.get('as');
  if (as === undefined) return 'object';
  if (values.get('g') !== 'meta.k8s.io') return undefined;
  const version = values.get('v');
  if (as === 'Table') return version === 'v1' || version === 'v1beta1' ? 'table' : undefined;
  if (version !== 'v1') return undefined;
  return as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList' ? 'metadata' : undefined;
}
