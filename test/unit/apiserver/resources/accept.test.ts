import { describe, expect, it } from '@jest/globals';
import { negotiateForm } from '../../../../src/apiserver/resources/accept.js';

describe('the form of an answer', () => {
  it.each([
    [undefined, 'object'],
    ['', 'object'],
    ['application/json', 'object'],
    ['*/*', 'object'],
    ['application/json, */*;q=0.8', 'object'],
    ['application/vnd.kubernetes.protobuf,application/json', 'object'],
    ['application/vnd.kubernetes.protobuf, */*', 'object'],
    ['application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io', 'table'],
    ['application/json;as=Table;v=v1beta1;g=meta.k8s.io', 'table'],
    ['application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io', 'metadata'],
    ['application/json; as=PartialObjectMetadata; v=v1; g=meta.k8s.io', 'metadata'],
    ['application/json;as=Poem;v=v1;g=meta.k8s.io, application/json', 'object'],
  ])('for %j is %s', (accept, form) => {
    expect(negotiateForm(accept)).toBe(form);
  });

  it.each([['application/yaml'], ['text/html'], ['application/json;as=Poem;v=v1;g=meta.k8s.io']])(
    'for %j is refused',
    (accept) => {
      expect(() => negotiateForm(accept)).toThrow(expect.objectContaining({ code: 406, reason: 'NotAcceptable' }));
    },
  );
});
