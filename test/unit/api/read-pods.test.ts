import { describe, expect, it } from '@jest/globals';
import { formatProblem } from '../../../src/api/problem.js';
import { readPods } from '../../../src/api/read-pods.js';

const POD = `apiVersion: v1
kind: Pod
metadata: { name: web }
spec: { containers: [{ name: app, image: 'busybox:1' }] }
`;

describe('readPods', () => {
  it('gives pods with defaults and a namespace, of all documents', () => {
    const { pods, configs, problems, warnings } = readPods(`${POD}---\n${POD.replace('web', 'other')}`, 'x.yaml');
    expect({ configs, problems, warnings }).toEqual({ configs: [], problems: [], warnings: [] });
    expect(pods.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`)).toEqual([
      'default/web',
      'default/other',
    ]);
    expect(pods[0]?.spec.restartPolicy).toBe('Always');
  });

  it('reports what cannot be decoded and what is not valid, with places', () => {
    const text = `${POD.replace('image', 'imagee')}---\n${POD.replace('name: app', 'name: App')}`;
    const { pods, problems } = readPods(text, 'x.yaml');
    expect(pods).toEqual([]);
    const texts = problems.map(formatProblem);
    expect(texts).toContainEqual(expect.stringMatching(/^x\.yaml:4:35: spec\.containers\[0\]\.imagee: /));
    expect(texts.at(-1)).toMatch(/^x\.yaml:9:\d+: spec\.containers\[0\]\.name: Invalid value: "App"/);
  });

  it('gives what pods use, with defaults and a namespace', () => {
    const text = `${POD}---
apiVersion: v1
kind: ConfigMap
metadata: { name: c }
---
apiVersion: v1
kind: Secret
metadata: { name: s, namespace: other }
stringData: { password: 'päss' }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: p }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
`;
    const { pods, configs, problems } = readPods(text, 'x.yaml');
    expect(problems).toEqual([]);
    expect(pods).toHaveLength(1);
    expect(configs).toMatchObject([
      { kind: 'ConfigMap', metadata: { namespace: 'default', name: 'c' } },
      { kind: 'Secret', metadata: { namespace: 'other' }, type: 'Opaque', data: { password: 'cMOkc3M=' } },
      { kind: 'PersistentVolumeClaim', spec: { volumeMode: 'Filesystem' }, status: { phase: 'Pending' } },
    ]);
    expect(configs[1]).not.toHaveProperty('stringData');
  });

  it('says what is wrong with them, and where, without telling a secret', () => {
    const text = `apiVersion: v1
kind: Secret
metadata: { name: s }
type: kubernetes.io/tls
data: { tls.crt: 'topsecret!', '..': YQ== }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: C, generateName: c- }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: p }
spec: { accessModes: [] }
`;
    const { configs, problems } = readPods(text, 'x.yaml');
    expect(configs).toEqual([]);
    const texts = problems.map(formatProblem);
    expect(texts.map((problem) => problem.split(': ').slice(0, 3).join(': '))).toEqual([
      'x.yaml:5:1: data[tls.key]: Required value',
      'x.yaml:5:18: data[tls.crt]: Invalid value',
      'x.yaml:5:38: data[..]: Invalid value',
      'x.yaml:9:19: metadata.name: Invalid value',
      'x.yaml:14:1: spec.resources[storage]: Required value',
      'x.yaml:14:9: spec.accessModes: Required value',
    ]);
    expect(texts.join('\n')).not.toContain('topsecret');
  });

  it('wants a name and at least one object', () => {
    expect(readPods(POD.replace('name: web', 'generateName: web-'), 'x.yaml').problems).toHaveLength(1);
    expect(readPods('# nothing\n', 'x.yaml').problems.map(formatProblem)).toEqual([
      'x.yaml:1:1: there is no object in it',
    ]);
  });
});
