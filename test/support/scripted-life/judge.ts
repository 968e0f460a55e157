import { isDeepStrictEqual } from 'node:util';
import type { Life } from './life.js';
import { EXPECTED_END } from './script.js';

/** What an agent keeps when nothing is left to be run. The last two are not there after a single start. */
const KEPT: ReadonlySet<string> = new Set([
  ...['agent.lock', 'kubeconfig', 'state/agent-id', 'state/objects.jsonl'],
  ...['ca.crt', 'ca.key', 'client.crt', 'client.key', 'sa.key', 'server.crt', 'server.key', 'token'].map(
    (name) => `pki/${name}`,
  ),
  ...['state/objects.jsonl.previous', 'pulled-images.json'],
]);

/**
 * @param details also what the agents said
 * @returns what is wrong, with the calls that led there; undefined when the life ended as it should
 */
export function judge({ failure, state, left, files, log, output }: Life, details: boolean): string | undefined {
  const strayFiles = files.filter((file) => !KEPT.has(file));
  if (failure === undefined && left.length + strayFiles.length === 0 && isDeepStrictEqual(state, EXPECTED_END))
    return undefined;
  const facts = JSON.stringify({ failure, left, strayFiles, state }, undefined, 1);
  return [facts, log.toString(), ...(details ? [output] : [])].join('\n');
}
