import { expect, it } from '@jest/globals';
import { SERVER_LIMITS } from '../../../../src/apiserver/http/limits.js';

it('leave room beside a thousand watchers and a hundred who follow logs, and for questions beside all streams', () => {
  const { connections, streams } = SERVER_LIMITS;
  expect(streams).toBeGreaterThan(2 * 1_100);
  expect(connections).toBeGreaterThan(streams);
});
