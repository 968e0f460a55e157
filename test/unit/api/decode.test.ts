import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { decodeManifest } from '../../../src/api/decode.js';
import { formatProblem } from '../../../src/api/problem.js';

const source = { file: 'web.yaml' };
const WEB = `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: app
      image: busybox
`;

const decode = (text: string) => decodeManifest(text, source);
/** Everything that is wrong, as a user reads it. */
const complaints = (text: string): string[] => decode(text).problems.map(formatProblem);
const objects = (text: string) => decode(text).objects.map(({ object }) => object);

describe('decoding a manifest', () => {
  it('reads a pod', () => {
    expect(decode(WEB)).toMatchObject({ problems: [], warnings: [] });
    expect(objects(WEB)).toEqual([
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'web' },
        spec: { containers: [{ name: 'app', image: 'busybox' }] },
      },
    ]);
  });

  it('reads JSON, with tabs too', () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a/b"\u00e9😀' }, spec: { containers: [] } };
    expect(objects(JSON.stringify(pod))).toEqual([pod]);
    expect(objects(JSON.stringify(pod, undefined, '\t'))).toEqual([pod]);
  });

  it('reads several documents and skips empty ones', () => {
    const text = `# only a comment\n---\n${WEB}---\n---\n${WEB.replace('name: web', 'name: web2')}---\n# end\n`;
    const { objects, problems } = decode(text);
    expect(problems).toEqual([]);
    expect(objects.map(({ object }) => object.metadata.name)).toEqual(['web', 'web2']);
    expect(new Set(objects.map(({ document }) => document)).size).toBe(2);
    expect(decode('')).toEqual({ objects: [], problems: [], warnings: [] });
    expect(decode('\n---\n# nothing\n')).toEqual({ objects: [], problems: [], warnings: [] });
  });

  it('takes lists apart', () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { containers: [] } };
    const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { k: 'v' } };
    const inner = { apiVersion: 'v1', kind: 'List', items: [configMap] };
    expect(objects(stringify({ apiVersion: 'v1', kind: 'List', items: [pod, inner] }))).toEqual([pod, configMap]);
    const bare = { metadata: pod.metadata, spec: pod.spec };
    expect(objects(stringify({ apiVersion: 'v1', kind: 'PodList', metadata: {}, items: [bare] }))).toEqual([pod]);
    expect(complaints('{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Pdo}]}')).toEqual([
      'web.yaml:1:61: items[0].kind: no kind "Pdo" is registered for version "v1"',
    ]);
    expect(objects('{apiVersion: v1, kind: List}')).toEqual([]);
  });

  it('accepts a byte order mark and CRLF', () => {
    expect(complaints(`\uFEFF${WEB.replaceAll('\n', '\r\n')}`)).toEqual([]);
    expect(complaints(`\uFEFF${WEB.replaceAll('\n', '\r\n')}  foo: 1\r\n`)).toEqual([
      'web.yaml:9:3: spec.foo: unknown field',
    ]);
  });

  it('takes an explicit null as absent', () => {
    const text = WEB.replace('image: busybox', 'image: busybox\n      command: null\n      env: ~\n      ports:');
    expect(complaints(text)).toEqual([]);
    expect(objects(text)).toEqual(objects(WEB));
  });

  it('reads words and numbers as kubectl does', () => {
    const text = `apiVersion: v1
kind: Pod
metadata: { name: web, labels: { a: '1', 2: two, y: "yes", d: 2026-11-21 } }
spec:
  shareProcessNamespace: yes
  hostNetwork: off
  terminationGracePeriodSeconds: 0x1F
  containers:
    - &app
      name: app
      image: busybox
      resources: { limits: { cpu: .5, memory: 1e6 } }
    - <<: *app
      name: other
  volumes:
    - { name: v, configMap: { name: c, defaultMode: 0644 } }
    - { name: w, configMap: { name: c, defaultMode: 0o644 } }
`;
    expect(complaints(text)).toEqual([]);
    expect(objects(text)[0]).toMatchObject({
      metadata: { labels: { a: '1', 2: 'two', true: 'yes', d: '2026-11-21' } },
      spec: {
        shareProcessNamespace: true,
        hostNetwork: false,
        terminationGracePeriodSeconds: 31,
        containers: [
          { name: 'app', resources: { limits: { cpu: '0.5', memory: '1000000' } } },
          { name: 'other', image: 'busybox' },
        ],
        volumes: [{ configMap: { defaultMode: 420 } }, { configMap: { defaultMode: 420 } }],
      },
    });
  });

  it.each<[string, string, string[]]>([
    [
      'an unknown field',
      WEB.replace('image: busybox', 'imagee: busybox\n      image: x'),
      ['web.yaml:8:7: spec.containers[0].imagee: unknown field'],
    ],
    ['a field in the wrong case', `${WEB}  HostNetwork: true\n`, ['web.yaml:9:3: spec.HostNetwork: unknown field']],
    [
      'a missing field',
      WEB.replace('      image: busybox\n', ''),
      ['web.yaml:7:7: spec.containers[0].image: Required value'],
    ],
    [
      'no containers',
      'apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: {}',
      ['web.yaml:4:1: spec.containers: Required value'],
    ],
    [
      'no spec',
      'apiVersion: v1\nkind: Pod\nmetadata: { name: a }\n',
      ['web.yaml:1:1: spec.containers: Required value'],
    ],
    [
      'no name',
      WEB.replace('  name: web\n', '  namespace: x\n'),
      ['web.yaml:3:1: metadata.name: Required value: name or generateName is required'],
    ],
    [
      'no metadata',
      WEB.replace('metadata:\n  name: web\n', ''),
      ['web.yaml:1:1: metadata.name: Required value: name or generateName is required'],
    ],
    [
      'a list for an object',
      WEB.replace('name: web', 'name: web\nstatus: []'),
      ['web.yaml:5:1: status: expected object, got list'],
    ],
    [
      'text for a number',
      `${WEB}      ports: [{ containerPort: "80" }]\n`,
      ['web.yaml:9:32: spec.containers[0].ports[0].containerPort: expected integer, got string "80"'],
    ],
    [
      'a fraction for a number',
      `${WEB}      ports: [{ containerPort: 80.5 }]\n`,
      ['web.yaml:9:32: spec.containers[0].ports[0].containerPort: expected integer, got number 80.5'],
    ],
    [
      'a huge number',
      `${WEB}      ports: [{ containerPort: 99999999999 }]\n`,
      [
        'web.yaml:9:32: spec.containers[0].ports[0].containerPort: expected an integer of 32 bits, got number 99999999999',
      ],
    ],
    [
      'a number for text',
      `${WEB}      args: [1]\n`,
      ['web.yaml:9:14: spec.containers[0].args[0]: expected string, got number 1 (put it in quotes)'],
    ],
    [
      'null in a list',
      `${WEB}      args: [~]\n`,
      ['web.yaml:9:14: spec.containers[0].args[0]: expected string, got null'],
    ],
    [
      'a label that is a number',
      WEB.replace('name: web', 'name: web\n  labels: { a.b/c: 1 }'),
      ['web.yaml:5:20: metadata.labels[a.b/c]: expected string, got number 1 (put it in quotes)'],
    ],
    [
      'an amount',
      `${WEB}      resources: { limits: { cpu: lots } }\n`,
      [
        `web.yaml:9:35: spec.containers[0].resources.limits[cpu]: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$', got string "lots"`,
      ],
    ],
    [
      'a port that is true',
      `${WEB}      livenessProbe: { httpGet: { port: yes } }\n`,
      ['web.yaml:9:41: spec.containers[0].livenessProbe.httpGet.port: expected integer or string, got boolean true'],
    ],
    [
      'a time',
      WEB.replace('name: web', 'name: web\n  creationTimestamp: today'),
      ['web.yaml:5:22: metadata.creationTimestamp: expected a time such as 2006-01-02T15:04:05Z, got string "today"'],
    ],
    ['no kind', 'apiVersion: v1\n', ["web.yaml:1:1: Object 'Kind' is missing"]],
    ['no apiVersion', 'kind: Pod\n', ["web.yaml:1:7: kind: Object 'apiVersion' is missing"]],
    [
      'an unknown kind',
      'apiVersion: v1\nkind: Pdo\n',
      ['web.yaml:2:7: kind: no kind "Pdo" is registered for version "v1"'],
    ],
    [
      'an unknown version',
      'apiVersion: v2\nkind: Pod\n',
      ['web.yaml:2:7: kind: no kind "Pod" is registered for version "v2"'],
    ],
    [
      'an inherited property as kind',
      'apiVersion: v1\nkind: toString\n',
      ['web.yaml:2:7: kind: no kind "toString" is registered for version "v1"'],
    ],
    ['text', 'hello', ['web.yaml:1:1: expected an object, got string']],
    ['a list', '- 1', ['web.yaml:1:1: expected an object, got list']],
    ['a key written twice', `${WEB}      image: other\n`, ['web.yaml:9:7: spec.containers[0].image: duplicate field']],
    ['a key that is a list', '[a]: 1', ['web.yaml:1:1: the name of a field must be plain text']],
    ['a tag', WEB.replace('busybox', '!include x'), ['web.yaml:8:14: Unresolved tag: !include']],
    ['__proto__', `${WEB}  __proto__: { x: 1 }\n`, ['web.yaml:9:3: spec.__proto__: this name is not allowed']],
    [
      'constructor',
      WEB.replace('name: web', 'name: web\n  labels: { constructor: x }'),
      ['web.yaml:5:13: metadata.labels[constructor]: this name is not allowed'],
    ],
    ['a NUL', 'apiVersion: v1\nkind: P\0d', ['web.yaml:2:8: control character U+0000 is not allowed']],
    ['too much text', ' '.repeat(10 * 1024 * 1024 + 1), ['web.yaml:1:1: larger than 10485760 bytes']],
    ['deep nesting', `a: ${'['.repeat(100)}${']'.repeat(100)}`, ['web.yaml:1:1: nested more than 64 levels deep']],
    ['an endless list', 'a: &a [*a]', ['web.yaml:1:8: a[0][0]: nested more than 64 levels deep']],
  ])('names the place of %s', (_, text, expected) => {
    expect(complaints(text)).toEqual(expected);
    expect(objects(text)).toEqual([]);
  });

  it('reports everything at once, in the order of the file', () => {
    const text = `apiVersion: v1
kind: Pod
metadata: { name: web, foo: 1 }
spec:
  hostNetwork: "yes"
  bar: 1
  containers:
    - image: busybox
      baz: 1
`;
    expect(complaints(text)).toEqual([
      'web.yaml:3:24: metadata.foo: unknown field',
      'web.yaml:5:16: spec.hostNetwork: expected boolean, got string "yes"',
      'web.yaml:6:3: spec.bar: unknown field',
      'web.yaml:8:7: spec.containers[0].name: Required value',
      'web.yaml:9:7: spec.containers[0].baz: unknown field',
    ]);
  });

  it('validates what can be decoded of a pod with problems, but not what follows from them', () => {
    const text = `apiVersion: v1
kind: Pod
metadata: { name: Web }
spec:
  restartPolicy: Sometimes
  volumes: [{ name: a, configmap: { name: c } }]
  containers:
    - name: app
      livenessProbe: { httpget: { port: 80 } }
      volumeMounts: [{ name: b, mountPath: /b }]
      ports: [{ containerPort: 70000 }]
`;
    expect(complaints(text)).toEqual([
      expect.stringMatching(/^web.yaml:3:19: metadata.name: Invalid value: "Web": a lowercase RFC 1123 subdomain must/),
      'web.yaml:5:18: spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
      'web.yaml:6:24: spec.volumes[0].configmap: unknown field',
      'web.yaml:8:7: spec.containers[0].image: Required value',
      'web.yaml:9:24: spec.containers[0].livenessProbe.httpget: unknown field',
      'web.yaml:11:32: spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
    ]);
  });

  it('keeps the good documents of a file with a bad one', () => {
    const { objects, problems } = decode(
      `${WEB}---\nkind: [\n---\n${WEB.replace('name: web', 'name: b')}---\n${WEB}  x: 1\n`,
    );
    expect(objects.map(({ object }) => object.metadata.name)).toEqual(['web', 'b']);
    expect(problems.map(({ document, path }) => [document, path])).toEqual(
      expect.arrayContaining([
        [2, ''],
        [4, 'spec.x'],
      ]),
    );
  });

  it('never shows what may be secret', () => {
    const secret = 'apiVersion: v1\nkind: Secret\nmetadata: { name: s }\ndata: { a: 4711 }\nstringData: hunter2\n';
    expect(complaints(secret).join()).not.toMatch(/4711|hunter2/);
    expect(complaints(`${WEB}      env: [{ name: PASSWORD, value: 4711 }]\n`)).toEqual([
      'web.yaml:9:38: spec.containers[0].env[0].value: expected string, got number (put it in quotes)',
    ]);
  });

  it('accepts generateName instead of a name', () => {
    expect(complaints(WEB.replace('name: web', 'generateName: web-'))).toEqual([]);
  });

  it('tells where things are written, or the nearest thing', () => {
    const text = `${WEB}      resources: &r { limits: { cpu: 1 } }\n    - { name: b, image: c, resources: *r }\n`;
    const locate = decode(text).objects[0]?.locate;
    expect(locate?.(['metadata', 'name'])).toEqual({ line: 4, column: 9 });
    expect(locate?.(['spec', 'containers'])).toEqual({ line: 6, column: 3 });
    expect(locate?.(['spec', 'containers', 0])).toEqual({ line: 7, column: 7 });
    expect(locate?.(['spec', 'containers', 0, 'resources', 'limits', 'cpu'])).toEqual({ line: 9, column: 38 });
    expect(locate?.(['spec', 'containers', 1, 'resources', 'limits', 'cpu'])).toEqual({ line: 9, column: 38 });
    expect(locate?.(['spec', 'containers', 0, 'ports', 3, 'name'])).toEqual({ line: 7, column: 7 });
    expect(locate?.(['nowhere'])).toEqual({ line: 1, column: 1 });
  });

  it('does not warn of a pod that names this node', () => {
    const text = `${WEB}  nodeName: here\n`;
    expect(decodeManifest(text, { ...source, nodeName: 'here' }).warnings).toEqual([]);
    expect(decodeManifest(text, { ...source, nodeName: 'there' }).warnings).toHaveLength(1);
  });

  it('warns of fields without effect', () => {
    expect(
      decode(`${WEB}      volumeDevices: [{ name: a, devicePath: /dev/a }]\n  priorityClassName: high\n`).warnings.map(
        formatProblem,
      ),
    ).toEqual([
      'web.yaml:9:7: spec.containers[0].volumeDevices: has no effect: no block devices are made',
      'web.yaml:10:22: spec.priorityClassName: has no effect: there are no priority and runtime classes',
    ]);
  });
});

describe('decoding text that means harm', () => {
  it.each([
    [
      'aliases of aliases',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'.replace(/./g, (c, i: number) => `${c}: &${c} [${`*${'abcdefghij'.charAt(i)},`.repeat(9)}]\n`)}`,
    ],
    ['a million values', `a: [${'1,'.repeat(300_000)}]`],
    ['very many keys', Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`).join('\n')],
    [
      'very many unknown fields',
      `apiVersion: v1\nkind: Pod\n${Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`).join('\n')}`,
    ],
    ['one key again and again', 'k: 1\n'.repeat(20_000)],
    ['deep lists on one line', `${'- '.repeat(100_000)}x`],
    ['deep explicit keys', `${'? '.repeat(100_000)}x`],
    ['deep indentation', Array.from({ length: 2_000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['open brackets', '['.repeat(1_000_000)],
    ['an open quote', `a: "${'x'.repeat(1_000_000)}`],
    ['anchors', '&a '.repeat(30_000)],
    ['very many documents', '---\n'.repeat(30_000)],
  ])('ends soon: %s', (_, text) => {
    const start = performance.now();
    expect(decode(text).objects).toEqual([]);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it('never throws on arbitrary text', () => {
    const yamlish = fc.array(
      fc.constantFrom(
        'a',
        ': ',
        '\n',
        '  ',
        '- ',
        '[',
        ']',
        '{',
        '}',
        '"',
        "'",
        '&a ',
        '*a',
        '<<',
        '|',
        '>',
        '---',
        '!',
        '#',
        '? ',
        '~',
        '1',
        '\t',
        ',',
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          yamlish.map((parts) => parts.join('')),
        ),
        (text) => Array.isArray(decode(text).problems),
      ),
      {
        numRuns: 1000,
      },
    );
  });

  it('never throws on a valid manifest with pieces changed, and never lets a wrong one through', () => {
    const path = fc.array(fc.constantFrom('metadata', 'spec', 'containers', 'name', 'image', 'labels', 0, 'x'), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(path, fc.jsonValue(), (path, value) => {
        const pod: unknown = {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'a' },
          spec: { containers: [{ name: 'a', image: 'b' }] },
        };
        let holder = pod as Record<string | number, unknown>;
        for (const step of path.slice(0, -1)) {
          const next = holder[step];
          if (typeof next !== 'object' || next === null) return;
          holder = next as Record<string | number, unknown>;
        }
        holder[path.at(-1) ?? ''] = value;
        const { objects, problems } = decode(JSON.stringify(pod));
        expect(objects.length).toBe(problems.length === 0 ? 1 : 0);
      }),
      { numRuns: 500 },
    );
  });
});
