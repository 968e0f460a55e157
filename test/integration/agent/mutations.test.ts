import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../src/api/schema/pod.js';
import { readPods } from '../../../src/api/read-pods.js';
import { readDocuments } from '../../../src/api/yaml-documents.js';
import { app, isReady, TestNode } from '../../support/agent.js';
import { BUSYBOX } from '../../support/docker-world.js';
import { eventually } from '../../support/eventually.js';
import { mutate } from '../../support/mutations.js';
import { randomStream } from '../../support/random.js';

/** More on demand. */
const PODS = Number(process.env['MANIFEST_MUTATIONS_RUN'] ?? 12);
const FIRST_SEED = Number(process.env['MANIFEST_MUTATION_SEED'] ?? 1);

let node: TestNode;
beforeAll(async () => {
  node = await TestNode.started('mutations');
});
afterAll(async () => node.close());

/** Something a person can see: it runs or has ended, or it says what it waits for. */
function explained({ metadata, status }: Pod): boolean {
  if (status === undefined) return false;
  if (status.phase === 'Failed' || status.phase === 'Succeeded') return true;
  const { containerStatuses = [], initContainerStatuses = [] } = status;
  const started = [...initContainerStatuses, ...containerStatuses].some(
    ({ lastState, state }) =>
      state?.running !== undefined || (state?.terminated ?? lastState?.terminated) !== undefined,
  );
  const warned = node.events(metadata.name).some(({ type }) => type === 'Warning');
  return started || warned;
}

/** The original, with one to three changes; undefined when it is refused. */
function accepted(
  objects: readonly object[],
  seed: number,
): { readonly pods: readonly Pod[]; readonly what: string } | undefined {
  const { text, what } = mutate(objects, randomStream(seed));
  const { pods, problems } = readPods(text, 'm.yaml');
  return problems.length > 0 ? undefined : { pods, what };
}

describe('manifests that are accepted', () => {
  it('run, or wait with a reason, whatever was changed in them', async () => {
    const names = (await readdir('manifests')).filter((name) => name.endsWith('.yaml')).sort();
    const originals = await Promise.all(
      names.map(async (name) =>
        readDocuments(await readFile(`manifests/${name}`, 'utf8')).documents.map(({ value }) => value as object),
      ),
    );
    const made = new Map<string, string>();
    for (let seed = FIRST_SEED; made.size < PODS; seed += 1) {
      const mutated = accepted(originals[seed % originals.length] ?? [], seed);
      for (const pod of mutated?.pods ?? []) {
        if (pod.spec.containers.length > 5) continue;
        const name = `m-${String(seed)}`;
        node.agent.createPod({ ...pod, metadata: { ...pod.metadata, name, namespace: 'default' } });
        made.set(name, mutated?.what ?? '');
        break;
      }
    }
    for (const [name, what] of made) {
      await node.until(name, `is explained (${what})`, explained);
    }
  }, 240_000);

  it('with a character that ends a text early run or say so', async () => {
    const odd: Record<string, Parameters<typeof app>[1]> = {
      command: { command: ['/bin/busybox', 'sh', '-c', 'a\0b'] },
      variable: { env: [{ name: 'A', value: 'a\0b' }] },
      directory: { workingDir: '/a\0b' },
      image: { image: `${BUSYBOX}\0` },
    };
    for (const [name, more] of Object.entries(odd)) node.create(name, { containers: [app('sleep 1000', more)] });
    for (const name of Object.keys(odd)) {
      await eventually(`${name} is explained`, () => {
        const pod = node.pod(name);
        return pod !== undefined && (isReady(pod) || explained(pod));
      });
    }
  }, 240_000);

  it('go when they are deleted, and leave nothing', async () => {
    const names = node.agent.store.list<Pod>('Pod').items.map(({ metadata }) => metadata.name);
    expect(names.length).toBeGreaterThan(PODS);
    for (const name of names) node.agent.deletePod('default', name, 0);
    for (const name of names) await node.gone(name);
    await eventually('nothing is left', async () => (await node.leftovers()).containers.length === 0, 60_000);
  }, 240_000);
});
