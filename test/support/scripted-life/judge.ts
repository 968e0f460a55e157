import { isDeepStrictEqual } from 'node:util';
import type { Life } from './life.js';
import { EXPECTED_END } from './script.js';

/**
 * @param details also what the agents said
 * @returns what is wrong, with the calls that led there; undefined when the life ended as it should
 */
export function judge({ failure, state, left, log, output }: Life, details: boolean): string | undefined {
  if (failure === undefined && left.length === 0 && isDeepStrictEqual(state, EXPECTED_END)) return undefined;
  const facts = JSON.stringify({ failure, left, state }, undefined, 1);
  return [facts, log.toString(), ...(details ? [output] : [])].join('\n');
}
