import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import type * as z from 'zod';
import { defaultPod } from '../../../src/api/defaults.js';
import { podSchema, type Pod } from '../../../src/api/schema/pod.js';
import { renderSupportTable, unsupportedFields } from '../../../src/api/support.js';
import { proofOf } from '../../../src/api/support-proofs.js';
import { supportTable } from '../../../src/api/support-table.js';

type Walkable = {
  def: {
    type: string;
    shape?: Record<string, Walkable>;
    element?: Walkable;
    innerType?: Walkable;
    valueType?: Walkable;
  };
};

/** Every field of the schema that can hold a value: leaves, and maps and lists of leaves. */
function leaves(schema: Walkable, path: string, stop: (path: string) => boolean): string[] {
  if (stop(path)) return [];
  const { type, shape, element, innerType } = schema.def;
  if (innerType !== undefined) return leaves(innerType, path, stop);
  if (shape !== undefined) {
    return Object.entries(shape).flatMap(([name, field]) =>
      leaves(field, path === '' ? name : `${path}.${name}`, stop),
    );
  }
  if (type === 'array' && element?.def.shape !== undefined) return leaves(element, `${path}[]`, stop);
  return [path];
}

const schema = podSchema as unknown as Walkable & z.ZodType;
const speaksForAllBelow = (path: string): boolean => {
  const row = supportTable[path];
  return row !== undefined && row.status !== 'realised';
};

const pod = (spec: Partial<Pod['spec']>, container: Partial<Pod['spec']['containers'][number]> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', labels: { a: 'b' } },
  spec: { containers: [{ name: 'app', image: 'busybox:1', ...container }], ...spec },
});
const messages = (subject: Pod, nodeName?: string): string[] =>
  unsupportedFields(subject, nodeName).map(({ message }) => message);

describe('the support table', () => {
  it('has a row for every field of a pod', () => {
    const missing = leaves(schema, '', speaksForAllBelow).filter((path) => !Object.hasOwn(supportTable, path));
    expect(missing).toEqual([]);
  });

  it('has no row for a field that does not exist', () => {
    const all = new Set<string>();
    leaves(schema, '', (path) => {
      all.add(path);
      return false;
    });
    expect(Object.keys(supportTable).filter((path) => !all.has(path))).toEqual([]);
  });

  it('names a test that exists for every field that is realised', async () => {
    const realised = Object.entries(supportTable).filter(([, { status }]) => status === 'realised');
    const proofs = new Map(realised.map(([path]) => [path, proofOf(path)]));
    expect([...proofs].filter(([, proof]) => proof === undefined)).toEqual([]);
    const silent: string[] = [];
    for (const [path, proof = ''] of proofs) {
      const text = await readFile(proof, 'utf8');
      const manifests = [...text.matchAll(/manifests\/[\w-]+\.yaml/g)].map(([name]) => readFile(name, 'utf8'));
      // The field, or what it is a part of.
      const words = path.replaceAll('[]', '').split('.').slice(-2);
      const all = [text, ...(await Promise.all(manifests))].join('\n');
      if (!words.some((word) => all.includes(word))) silent.push(`${path}: ${proof}`);
    }
    expect(silent).toEqual([]);
  });

  it('is the one in docs/pod-spec.md (UPDATE_DOCS=1 writes it)', async () => {
    const page = new URL('../../../docs/pod-spec.md', `file://${process.cwd()}/test/unit/api/`);
    if (process.env['UPDATE_DOCS'] === '1') await writeFile(page, renderSupportTable());
    expect(await readFile(page, 'utf8')).toBe(renderSupportTable());
  });
});

describe('fields without effect', () => {
  it('are none in a small pod, defaulted or not', () => {
    expect(messages(pod({}))).toEqual([]);
    expect(messages(defaultPod(pod({ hostNetwork: true, volumes: [{ name: 'v' }] })))).toEqual([]);
  });

  it('are named with their path', () => {
    const subject = pod(
      {
        volumes: [
          { name: 'c', configMap: { name: 'c' } },
          { name: 'n', nfs: { server: 's', path: '/' } },
        ],
        affinity: { nodeAffinity: {} },
        dnsPolicy: 'ClusterFirstWithHostNet',
      },
      {
        envFrom: [{ configMapRef: { name: 'x' } }],
        env: [{ name: 'A', valueFrom: { fileKeyRef: { volumeName: 'v', path: 'p', key: 'k' } } }],
        volumeMounts: [{ name: 'c', mountPath: '/c', subPath: 'x' }],
      },
    );
    expect(messages(subject).sort()).toEqual([
      'spec.affinity has no effect: there is one node, and every pod runs on it',
      'spec.containers[0].env[0].valueFrom.fileKeyRef has no effect: Kubernetes leaves it off (EnvFiles, alpha); ' +
        'the container waits with CreateContainerConfigError',
      'spec.dnsPolicy "ClusterFirstWithHostNet" is taken for Default: there is no DNS of a cluster',
      'spec.volumes[1].nfs has no effect: no storage system is attached',
    ]);
  });

  it('are not named when their value asks for nothing', () => {
    expect(
      messages(
        pod(
          {
            tolerations: [],
            schedulerName: 'default-scheduler',
            serviceAccountName: 'default',
            priority: 0,
            subdomain: '',
          },
          { envFrom: [], securityContext: { procMount: 'Default' } },
        ),
      ),
    ).toEqual([]);
    expect(messages({ ...pod({}), status: { phase: 'Running' } })).toEqual([]);
  });

  it('name the node only when it is another one', () => {
    expect(messages(pod({ nodeName: 'here' }), 'here')).toEqual([]);
    expect(messages(pod({ nodeName: 'there' }), 'here')).toEqual([
      'spec.nodeName has no effect: there is one node, and every pod runs on it',
    ]);
  });
});
