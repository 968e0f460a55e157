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
    const { pods, problems, warnings, others } = readPods(`${POD}---\n${POD.replace('web', 'other')}`, 'x.yaml');
    expect({ problems, warnings, others }).toEqual({ problems: [], warnings: [], others: [] });
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

  it('sets aside what is no pod', () => {
    const { pods, problems, others } = readPods(
      `${POD}---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\n`,
      'x.yaml',
    );
    expect(pods).toHaveLength(1);
    expect(problems).toEqual([]);
    expect(others.map(formatProblem)).toEqual(['x.yaml:7:7: kind: only Pods are run, not yet this ConfigMap']);
  });

  it('wants a name and at least one object', () => {
    expect(readPods(POD.replace('name: web', 'generateName: web-'), 'x.yaml').problems).toHaveLength(1);
    expect(readPods('# nothing\n', 'x.yaml').problems.map(formatProblem)).toEqual([
      'x.yaml:1:1: there is no object in it',
    ]);
  });
});
