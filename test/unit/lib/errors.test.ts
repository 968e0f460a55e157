import { describe, expect, it } from '@jest/globals';
import { errorMessage, hasCode, KubeletteError } from '../../../src/lib/errors.js';

describe('KubeletteError', () => {
  it('carries a code, facts and what caused it', () => {
    const cause = new Error('ECONNREFUSED');
    const error = new KubeletteError('Unavailable', 'no engine', { cause, details: { status: 503 } });
    expect(error).toMatchObject({
      name: 'KubeletteError',
      code: 'Unavailable',
      message: 'no engine',
      cause,
      details: { status: 503 },
    });
    expect(Object.keys(new KubeletteError('Invalid', 'x'))).not.toContain('cause');
    expect(new KubeletteError('Invalid', 'x').details).toEqual({});
  });

  it('is known by name and code, also from the other bundle', () => {
    const foreign = Object.assign(new Error('x'), { name: 'KubeletteError', code: 'Conflict' });
    expect(hasCode(foreign, 'Conflict')).toBe(true);
    expect(hasCode(foreign, 'NotFound')).toBe(false);
    expect(hasCode(Object.assign(new Error('x'), { code: 'Conflict' }), 'Conflict')).toBe(false);
    expect(hasCode({ name: 'KubeletteError', code: 'Conflict' }, 'Conflict')).toBe(false);
  });
});

it('finds a text for anything that was thrown', () => {
  expect([new Error('a'), 'b', 3, undefined].map(errorMessage)).toEqual(['a', 'b', '3', 'undefined']);
});
