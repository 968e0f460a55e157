import { readdir, readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { formatProblem } from '../../../src/api/problem.js';
import { readPods } from '../../../src/api/read-pods.js';
import { readDocuments } from '../../../src/api/yaml-documents.js';
import { mutate } from '../../support/mutations.js';
import { planPod } from '../../support/plan-pod.js';
import { randomStream } from '../../support/random.js';

/** CI tries these; more on demand. */
const MUTATIONS = Number(process.env['MANIFEST_MUTATIONS'] ?? 2_000);
const FIRST_SEED = Number(process.env['MANIFEST_MUTATION_SEED'] ?? 1);
/** What is wrong with a document as a whole has no path in it. */
const OF_A_DOCUMENT =
  /^(expected an object|Object '(Kind|apiVersion)' is missing|there is no object|control character)/;

let manifests: object[][];
beforeAll(async () => {
  const names = (await readdir('manifests')).filter((name) => name.endsWith('.yaml')).sort();
  manifests = await Promise.all(
    names.map(async (name) =>
      readDocuments(await readFile(`manifests/${name}`, 'utf8')).documents.map(({ value }) => value as object),
    ),
  );
});

/** What comes of a manifest; throws when it is not one of the two things that may. */
function outcome(text: string): 'refused' | 'planned' {
  const { configs, pods, problems } = readPods(text, 'm.yaml');
  for (const problem of problems) {
    expect(problem.message).not.toBe('');
    if (problem.path === '') expect(problem.message).toMatch(OF_A_DOCUMENT);
    expect(formatProblem(problem)).toMatch(/^m\.yaml:\d+:\d+: /);
  }
  for (const pod of pods) planPod(pod, configs);
  if (problems.length === 0) expect(pods.length + configs.length).toBeGreaterThan(0);
  return problems.length === 0 ? 'planned' : 'refused';
}

describe('mutated manifests', () => {
  it('are refused with a path, or planned down to what the engine is asked for', () => {
    const seen = { refused: 0, planned: 0 };
    for (let n = 0; n < MUTATIONS; n += 1) {
      const seed = FIRST_SEED + n;
      const random = randomStream(seed);
      const { text, what } = mutate(manifests[n % manifests.length] ?? [], random);
      try {
        seen[outcome(text)] += 1;
      } catch (error) {
        throw new Error(`MANIFEST_MUTATION_SEED=${seed} (${what}): ${String(error)}\n${text.slice(0, 2_000)}`, {
          cause: error,
        });
      }
    }
    // Both happen, or the mutations are not what they should be.
    expect(seen.refused).toBeGreaterThan(MUTATIONS / 10);
    expect(seen.planned).toBeGreaterThan(MUTATIONS / 20);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>)['value']).toBeUndefined();
  }, 600_000);

  it('that are the originals are planned', () => {
    for (const objects of manifests)
      expect(outcome(objects.map((object) => JSON.stringify(object)).join('\n---\n'))).toBe('planned');
  });
});
