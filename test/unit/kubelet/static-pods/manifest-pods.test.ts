import { describe, expect, it } from '@jest/globals';
import { readManifestPods, type ManifestPods } from '../../../../src/kubelet/static-pods/manifest-pods.js';
import { describeProblem } from '../../../../src/kubelet/static-pods/pod-source.js';

const OPTIONS = { nodeName: 'node-a', source: 'file', suffixName: true, tolerateAll: true };
const read = (text: string, file = '/pods/web.yaml', options = OPTIONS): ManifestPods =>
  readManifestPods(text, file, options);
const pod = (more = '', name = 'web'): string =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n${more}spec:\n  containers:\n  - name: app\n    image: busybox:1\n`;
const problems = (text: string): string[] => read(text).problems.map(describeProblem);

describe('pods of a manifest', () => {
  it('get name, namespace, uid, annotations and node as static pods do', () => {
    const [web] = read(pod()).pods;
    const uid = web?.metadata.uid ?? '';
    expect(uid).toMatch(/^[0-9a-f]{32}$/);
    expect(web?.metadata).toEqual({
      name: 'web-node-a',
      namespace: 'default',
      uid,
      annotations: {
        'kubernetes.io/config.hash': uid,
        'kubernetes.io/config.mirror': uid,
        'kubernetes.io/config.source': 'file',
        'kubelette.dev/manifest': '/pods/web.yaml',
      },
    });
    expect(web?.spec.nodeName).toBe('node-a');
    expect(web?.spec.tolerations).toEqual([{ operator: 'Exists', effect: 'NoExecute' }]);
    expect(web?.status?.phase).toBe('Pending');
    // Defaulted.
    expect(web?.spec.containers[0]?.imagePullPolicy).toBe('IfNotPresent');
  });

  it('keep their names and tolerations where they are run under their own names', () => {
    const [web] = read(pod(), 'web.yaml', { ...OPTIONS, suffixName: false, tolerateAll: false }).pods;
    expect(web?.metadata.name).toBe('web');
    expect(web?.spec.tolerations).toBeUndefined();
  });

  it('have another uid for another content or node, not for another file, order or comment', () => {
    const uid = (text: string, file = 'a.yaml', nodeName = 'n'): string | undefined =>
      read(text, file, { ...OPTIONS, nodeName }).pods[0]?.metadata.uid;
    const first = uid(pod());
    expect(uid(pod(), 'b.yaml')).toBe(first);
    expect(uid(`# new\n${pod()}`)).toBe(first);
    const json = {
      kind: 'Pod',
      spec: { containers: [{ image: 'busybox:1', name: 'app' }] },
      apiVersion: 'v1',
      metadata: { name: 'web' },
    };
    expect(uid(JSON.stringify(json), 'a.json')).toBe(first);
    const others = [
      uid(pod('  labels: {a: b}\n')),
      uid(pod('  annotations: {a: b}\n')),
      uid(pod('', 'web2')),
      uid(pod(), 'a.yaml', 'm'),
      uid(pod().replace('busybox:1', 'busybox:2')),
    ];
    expect(new Set([first, ...others]).size).toBe(6);
  });

  it('keep a uid that is given', () => {
    const [web] = read(pod('  uid: given\n')).pods;
    expect(web?.metadata).toMatchObject({ uid: 'given', annotations: { 'kubernetes.io/config.hash': 'given' } });
  });

  it('come from all documents and lists', () => {
    const list = `apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: c}\n  spec: {containers: [{name: a, image: b}]}\n`;
    const { pods } = read(`${pod('', 'a')}---\n---\n${pod('', 'b')}---\n${list}`);
    expect(pods.map(({ metadata }) => metadata.name)).toEqual(['a-node-a', 'b-node-a', 'c-node-a']);
  });
});

describe('problems of a manifest', () => {
  it('name file, line, column and field path, all of them, and leave no pod', () => {
    const text = `${pod('', 'a')}---\n${pod('', 'B_').replace('image: busybox:1', 'image: ""\n    ports: [{containerPort: 70000}]')}`;
    const result = read(text);
    expect(result.pods).toEqual([]);
    expect(result.problems.map(describeProblem)).toEqual([
      expect.stringMatching(
        /^\/pods\/web\.yaml:13:9: metadata\.name: Invalid value: "B_-node-a": a lowercase RFC 1123/,
      ),
      expect.stringMatching(/^\/pods\/web\.yaml:17:5: spec\.containers\[0\]\.image: Required value/),
      expect.stringMatching(
        /^\/pods\/web\.yaml:18:29: spec\.containers\[0\]\.ports\[0\]\.containerPort: Invalid value: 70000/,
      ),
    ]);
  });

  it('are found in text that is no YAML and in fields nobody knows', () => {
    expect(problems('a: [')[0]).toMatch(/^\/pods\/web\.yaml:\d+:\d+: /);
    expect(problems(pod().replace('image:', 'imagee:'))).toEqual(
      expect.arrayContaining([expect.stringMatching(/^\/pods\/web\.yaml:8:5: spec\.containers\[0\]\.imagee: /)]),
    );
  });

  it.each(['', '  \n', '# nothing\n', '---\n'])('are that there is nothing: %j', (text) => {
    expect(problems(text)).toEqual(['/pods/web.yaml: there is no object in it']);
  });

  it('are not that a list is empty', () => {
    expect(read('apiVersion: v1\nkind: PodList\nitems: []\n')).toEqual({
      pods: [],
      configs: [],
      problems: [],
      warnings: [],
    });
  });

  it('are a node that is not this one, and a missing name', () => {
    expect(problems(pod().replace('spec:', 'spec:\n  nodeName: other'))).toEqual([
      '/pods/web.yaml:6:13: spec.nodeName: Invalid value: "other": this node is "node-a"',
    ]);
    expect(read(pod().replace('spec:', 'spec:\n  nodeName: node-a')).problems).toEqual([]);
    expect(problems(pod().replace('name: web', 'generateName: web-'))).toEqual([
      expect.stringContaining('metadata.name: Required value'),
    ]);
  });

  it('come with what they use, marked as coming from there', () => {
    const {
      configs,
      pods,
      problems: found,
    } = read(`${pod()}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n`);
    expect(found).toEqual([]);
    expect(pods).toHaveLength(1);
    expect(configs.map(({ metadata }) => metadata)).toEqual([
      {
        name: 'c',
        namespace: 'default',
        annotations: { 'kubernetes.io/config.source': 'file', 'kubelette.dev/manifest': '/pods/web.yaml' },
      },
    ]);
  });

  it('are not taken when something they use is wrong', () => {
    const {
      configs,
      pods,
      problems: found,
    } = read(`${pod()}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: C}\n`);
    expect({ configs, pods }).toEqual({ configs: [], pods: [] });
    expect(found).toHaveLength(1);
  });
});
