import { expect, it } from '@jest/globals';
import { formatApiError, toApiError } from '../../../../src/cli/client/api-error.js';

const formatted = (code: number, body: object | string): string =>
  formatApiError(toApiError(code, typeof body === 'string' ? body : JSON.stringify(body)));

it.each([
  [404, { message: 'pods "x" not found', reason: 'NotFound' }, 'Error from server (NotFound): pods "x" not found'],
  [500, { message: 'broken' }, 'Error from server: broken'],
  [
    401,
    { message: 'Unauthorized', reason: 'Unauthorized' },
    'error: You must be logged in to the server (Unauthorized)',
  ],
  [404, '', 'Error from server: the server could not find the requested resource'],
  [502, '<html>bad gateway</html>', 'Error from server: <html>bad gateway</html>'],
  [
    422,
    {
      message: 'long',
      reason: 'Invalid',
      details: { kind: 'Pod', name: 'x', causes: [{ field: 'spec.containers', message: 'Required value' }] },
    },
    'The Pod "x" is invalid: spec.containers: Required value',
  ],
  [
    422,
    {
      message: 'long',
      reason: 'Invalid',
      details: {
        kind: 'Pod',
        name: 'x',
        causes: [
          { field: 'a', message: 'one' },
          { field: 'b', message: 'two' },
          { field: 'a', message: 'one' },
        ],
      },
    },
    'The Pod "x" is invalid: \n* a: one\n* b: two',
  ],
])('words an answer %d as kubectl does', (code, body, text) => {
  expect(formatted(code, body)).toBe(text);
});

it('says what was attempted', () => {
  const error = toApiError(400, JSON.stringify({ message: 'no', reason: 'BadRequest' }));
  expect(formatApiError(error.during('error when creating "p.yaml"'))).toBe(
    'Error from server (BadRequest): error when creating "p.yaml": no',
  );
});
