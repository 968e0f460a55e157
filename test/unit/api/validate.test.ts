import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { defaultPod } from '../../../src/api/defaults.js';
import type { Container, Pod, PodSpec, Volume } from '../../../src/api/schema/pod.js';
import { validatePod } from '../../../src/api/validate.js';

const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const QUALIFIED =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const IP = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const PORT = 'must be between 1 and 65535, inclusive';
const ID = 'must be between 0 and 4294967295, inclusive';
const NOT_NEGATIVE = 'must be greater than or equal to 0';
const MODE = 'must be a number between 0 and 0777 (octal), both inclusive';

const web = (spec: Partial<PodSpec> = {}, metadata: Partial<Pod['metadata']> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', ...metadata },
  spec: { containers: [{ name: 'app', image: 'busybox' }], ...spec },
});
/** A pod of the default shape with something in its first container. */
const app = (container: Partial<Container>, spec: Partial<PodSpec> = {}): Pod =>
  web({ containers: [{ name: 'app', image: 'busybox', ...container }], ...spec });
const init = (container: Partial<Container>): Pod =>
  web({ initContainers: [{ name: 'init', image: 'busybox', ...container }] });
const vol = (...sources: Partial<Volume>[]): Pod =>
  web({ volumes: sources.map((source, index) => ({ name: `v${index}`, ...source })) });
/** Values the types do not allow, as an unvalidated manifest may have. */
const wrong = (text: string) => text as never;

const complaints = (pod: Pod): string[] => validatePod(defaultPod(pod)).map(({ message }) => message);
const at = 'spec.containers[0]';

type Row = readonly [what: string, pod: Pod, expected: readonly string[]];

const metadata: Row[] = [
  ['no name', web({}, { name: '' }), ['metadata.name: Required value: name or generateName is required']],
  ['a generated name', web({}, { name: '', generateName: 'web-' }), []],
  [
    'a bad generated name',
    web({}, { name: '', generateName: 'Web-' }),
    [`metadata.generateName: Invalid value: "Web-": ${SUBDOMAIN}`],
  ],
  ['a bad name', web({}, { name: 'Web_1' }), [`metadata.name: Invalid value: "Web_1": ${SUBDOMAIN}`]],
  ['a name with dots', web({}, { name: 'a.b' }), []],
  [
    'a long name',
    web({}, { name: 'a'.repeat(254) }),
    [`metadata.name: Invalid value: "${'a'.repeat(254)}": must be no more than 253 characters`],
  ],
  [
    'a long bad name',
    web({}, { name: `${'a'.repeat(253)}_` }),
    [
      `metadata.name: Invalid value: "${'a'.repeat(253)}_": must be no more than 253 characters`,
      `metadata.name: Invalid value: "${'a'.repeat(253)}_": ${SUBDOMAIN}`,
    ],
  ],
  [
    'a namespace with dots',
    web({}, { namespace: 'a.b' }),
    ['metadata.namespace: Invalid value: "a.b": must not contain dots'],
  ],
  ['good labels', web({}, { labels: { app: 'web', 'example.com/Tier_1.x': '', 'a.b/c': 'X_y.z-1' } }), []],
  ['a bad label key', web({}, { labels: { '-a': 'x' } }), [`metadata.labels: Invalid value: "-a": ${QUALIFIED}`]],
  [
    'a bad label prefix',
    web({}, { labels: { 'A/b': 'x' } }),
    [`metadata.labels: Invalid value: "A/b": prefix part ${SUBDOMAIN}`],
  ],
  [
    'a label key without name',
    web({}, { labels: { 'a/': 'x' } }),
    [
      'metadata.labels: Invalid value: "a/": name part must be non-empty',
      `metadata.labels: Invalid value: "a/": ${QUALIFIED}`,
    ],
  ],
  [
    'an empty prefix',
    web({}, { labels: { '/a': 'x' } }),
    ['metadata.labels: Invalid value: "/a": prefix part must be non-empty'],
  ],
  [
    'a bad label value',
    web({}, { labels: { a: 'x y' } }),
    [
      "metadata.labels: Invalid value: \"x y\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    ],
  ],
  [
    'a long label value',
    web({}, { labels: { a: 'x'.repeat(64) } }),
    [`metadata.labels: Invalid value: "${'x'.repeat(64)}": must be no more than 63 characters`],
  ],
  ['upper case in an annotation prefix', web({}, { annotations: { 'Example.COM/a': 'anything\n' } }), []],
  [
    'a bad annotation key',
    web({}, { annotations: { 'a b': '' } }),
    [`metadata.annotations: Invalid value: "a b": ${QUALIFIED}`],
  ],
  [
    'too many annotations',
    web({}, { annotations: { a: 'x'.repeat(262_144) } }),
    ['metadata.annotations: Too long: may not be more than 262144 bytes'],
  ],
  ['as many annotations as fit', web({}, { annotations: { a: 'x'.repeat(262_143) } }), []],
];

const containers: Row[] = [
  ['no containers', web({ containers: [] }), ['spec.containers: Required value']],
  ['no container name', app({ name: '' }), [`${at}.name: Required value`]],
  ['a bad container name', app({ name: 'App' }), [`${at}.name: Invalid value: "App": ${LABEL}`]],
  ['a container name with dots', app({ name: 'a.b' }), [`${at}.name: Invalid value: "a.b": must not contain dots`]],
  [
    'a long container name',
    app({ name: 'a'.repeat(64) }),
    [`${at}.name: Invalid value: "${'a'.repeat(64)}": must be no more than 63 characters`],
  ],
  [
    'two containers of one name',
    web({
      containers: [
        { name: 'a', image: 'x' },
        { name: 'a', image: 'x' },
      ],
    }),
    ['spec.containers[1].name: Duplicate value: "a"'],
  ],
  [
    'an init container of the same name',
    init({ name: 'app' }),
    ['spec.initContainers[0].name: Duplicate value: "app"'],
  ],
  ['no image', app({ image: '' }), [`${at}.image: Required value`]],
  [
    'blanks around an image',
    app({ image: ' x' }),
    [`${at}.image: Invalid value: " x": must not have leading or trailing whitespace`],
  ],
  [
    'a pull policy',
    app({ imagePullPolicy: wrong('X') }),
    [`${at}.imagePullPolicy: Unsupported value: "X": supported values: "Always", "IfNotPresent", "Never"`],
  ],
  [
    'a message policy',
    app({ terminationMessagePolicy: wrong('X') }),
    [`${at}.terminationMessagePolicy: Unsupported value: "X": supported values: "FallbackToLogsOnError", "File"`],
  ],
  [
    'an ephemeral container',
    web({ ephemeralContainers: [{ name: 'd', image: 'x' }] }),
    ['spec.ephemeralContainers: Forbidden: cannot be set on create'],
  ],
  [
    'hooks and probes of an init container',
    init({ lifecycle: {}, livenessProbe: { exec: { command: ['x'] } }, readinessProbe: {}, startupProbe: {} }),
    [
      ...['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'].map(
        (field) =>
          `spec.initContainers[0].${field}: Forbidden: may not be set for init containers without restartPolicy=Always`,
      ),
    ],
  ],
  [
    'hooks and probes of a sidecar',
    init({ restartPolicy: 'Always', lifecycle: {}, startupProbe: { exec: { command: ['x'] } } }),
    [],
  ],
  [
    'a restart policy of a container',
    app({ restartPolicy: wrong('X') }),
    [`${at}.restartPolicy: Unsupported value: "X": supported values: "Always", "OnFailure", "Never"`],
  ],
  [
    'restart rules without policy',
    app({ restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [] } }] }),
    [`${at}.restartPolicy: Required value: must specify restartPolicy when restart rules are used`],
  ],
  [
    'bad restart rules',
    app({
      restartPolicy: 'Never',
      restartPolicyRules: [{ action: wrong('X') }, { action: 'Restart', exitCodes: { operator: wrong('Y') } }],
    }),
    [
      `${at}.restartPolicyRules[0].exitCodes: Required value: must be specified`,
      `${at}.restartPolicyRules[0].action: Unsupported value: "X": supported values: "Restart", "RestartAllContainers"`,
      `${at}.restartPolicyRules[1].exitCodes.operator: Unsupported value: "Y": supported values: "In", "NotIn"`,
    ],
  ],
  [
    'too many restart rules',
    app({
      restartPolicy: 'Never',
      restartPolicyRules: Array.from({ length: 21 }, () => ({
        action: 'Restart' as const,
        exitCodes: { operator: 'In' as const },
      })),
    }),
    [`${at}.restartPolicyRules: Too many: 21: must have at most 20 items`],
  ],
  [
    'too many exit codes',
    app({
      restartPolicy: 'Never',
      restartPolicyRules: [
        { action: 'Restart', exitCodes: { operator: 'In', values: Array.from({ length: 256 }, () => 1) } },
      ],
    }),
    [`${at}.restartPolicyRules[0].exitCodes.values: Too many: 256: must have at most 255 items`],
  ],
];

const ports: Row[] = [
  ['port 0', app({ ports: [{ containerPort: 0 }] }), [`${at}.ports[0].containerPort: Required value`]],
  [
    'port 65536',
    app({ ports: [{ containerPort: 65536 }] }),
    [`${at}.ports[0].containerPort: Invalid value: 65536: ${PORT}`],
  ],
  [
    'a negative host port',
    app({ ports: [{ containerPort: 1, hostPort: -1 }] }),
    [`${at}.ports[0].hostPort: Invalid value: -1: ${PORT}`],
  ],
  [
    'a long port name',
    app({ ports: [{ containerPort: 1, name: 'a'.repeat(16) }] }),
    [`${at}.ports[0].name: Invalid value: "${'a'.repeat(16)}": must be no more than 15 characters`],
  ],
  [
    'port names',
    app({
      ports: [
        { containerPort: 1, name: 'A' },
        { containerPort: 2, name: '80' },
        { containerPort: 3, name: 'a--b' },
        { containerPort: 4, name: '-a' },
      ],
    }),
    [
      `${at}.ports[0].name: Invalid value: "A": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)`,
      `${at}.ports[0].name: Invalid value: "A": must contain at least one letter (a-z)`,
      `${at}.ports[1].name: Invalid value: "80": must contain at least one letter (a-z)`,
      `${at}.ports[2].name: Invalid value: "a--b": must not contain consecutive hyphens`,
      `${at}.ports[3].name: Invalid value: "-a": must not begin or end with a hyphen`,
    ],
  ],
  [
    'a port name twice',
    app({
      ports: [
        { containerPort: 1, name: 'a' },
        { containerPort: 2, name: 'a' },
      ],
    }),
    [`${at}.ports[1].name: Duplicate value: "a"`],
  ],
  [
    'a protocol',
    app({ ports: [{ containerPort: 1, protocol: wrong('tcp') }] }),
    [`${at}.ports[0].protocol: Unsupported value: "tcp": supported values: "SCTP", "TCP", "UDP"`],
  ],
  [
    'a host IP',
    app({ ports: [{ containerPort: 1, hostIP: '1.2.3' }] }),
    [`${at}.ports[0].hostIP: Invalid value: "1.2.3": ${IP}`],
  ],
  [
    'a host port twice',
    web({
      containers: [
        { name: 'a', image: 'x', ports: [{ containerPort: 1, hostPort: 80 }] },
        {
          name: 'b',
          image: 'x',
          ports: [
            { containerPort: 2, hostPort: 80 },
            { containerPort: 3, hostPort: 80, protocol: 'UDP' },
          ],
        },
      ],
    }),
    ['spec.containers[1].ports[0].hostPort: Duplicate value: "TCP/0.0.0.0/80"'],
  ],
  [
    'another port with hostNetwork',
    app({ ports: [{ containerPort: 80, hostPort: 81 }] }, { hostNetwork: true }),
    [`${at}.ports[0].containerPort: Invalid value: 80: must match \`hostPort\` when \`hostNetwork\` is true`],
  ],
];

const environment: Row[] = [
  ['no name', app({ env: [{ name: '' }] }), [`${at}.env[0].name: Required value`]],
  ['an odd name', app({ env: [{ name: 'my var-1.x', value: 'a' }] }), []],
  [
    'a name with =',
    app({ env: [{ name: 'A=B' }] }),
    [
      `${at}.env[0].name: Invalid value: "A=B": a valid environment variable name must consist only of printable ASCII characters other than '='`,
    ],
  ],
  [
    'no source',
    app({ env: [{ name: 'A', valueFrom: {} }] }),
    [
      `${at}.env[0].valueFrom: Invalid value: "": must specify one of: \`fieldRef\`, \`resourceFieldRef\`, \`configMapKeyRef\` or \`secretKeyRef\``,
    ],
  ],
  [
    'a value and a source',
    app({ env: [{ name: 'A', value: 'x', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] }),
    [`${at}.env[0].valueFrom: Invalid value: "": may not be specified when \`value\` is not empty`],
  ],
  [
    'two sources',
    app({
      env: [
        { name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' }, configMapKeyRef: { name: 's', key: 'k' } } },
      ],
    }),
    [`${at}.env[0].valueFrom: Invalid value: "": may not have more than one field specified at a time`],
  ],
  [
    'a source without name and key',
    app({ env: [{ name: 'A', valueFrom: { configMapKeyRef: { key: '' } } }] }),
    [
      `${at}.env[0].valueFrom.configMapKeyRef.name: Required value`,
      `${at}.env[0].valueFrom.configMapKeyRef.key: Required value`,
    ],
  ],
  [
    'a bad key',
    app({ env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'a/b' } } }] }),
    [
      `${at}.env[0].valueFrom.secretKeyRef.key: Invalid value: "a/b": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`,
    ],
  ],
  [
    'an unknown fieldPath',
    app({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.nam' } } }] }),
    [
      `${at}.env[0].valueFrom.fieldRef.fieldPath: Invalid value: "metadata.nam": error converting fieldPath: field label not supported: metadata.nam`,
    ],
  ],
  [
    'a whole map',
    app({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.labels' } } }] }),
    [
      `${at}.env[0].valueFrom.fieldRef.fieldPath: Unsupported value: "metadata.labels": supported values: "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"`,
    ],
  ],
  [
    'a resource',
    app({ env: [{ name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.disk' } } }] }),
    [
      `${at}.env[0].valueFrom.resourceFieldRef.resource: Unsupported value: "limits.disk": supported values: "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"`,
    ],
  ],
  [
    'a CPU divisor',
    app({ env: [{ name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '2' } } }] }),
    [
      `${at}.env[0].valueFrom.resourceFieldRef.divisor: Invalid value: "cpu": only divisor's values 1m and 1 are supported with the cpu resource`,
    ],
  ],
  [
    'a memory divisor',
    app({ env: [{ name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1m' } } }] }),
    [
      `${at}.env[0].valueFrom.resourceFieldRef.divisor: Invalid value: "memory": only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the memory resource`,
    ],
  ],
  [
    'good divisors',
    app({
      env: [
        { name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
        { name: 'B', valueFrom: { resourceFieldRef: { resource: 'requests.cpu', divisor: '0.001' } } },
      ],
    }),
    [],
  ],
  [
    'envFrom without a source',
    app({ envFrom: [{}] }),
    [`${at}.envFrom[0]: Invalid value: "": must specify one of: \`configMapRef\` or \`secretRef\``],
  ],
  [
    'envFrom with two',
    app({ envFrom: [{ configMapRef: { name: 'a' }, secretRef: {} }] }),
    [
      `${at}.envFrom[0].secretRef.name: Required value`,
      `${at}.envFrom[0]: Invalid value: "": may not have more than one field specified at a time`,
    ],
  ],
];

const resources: Row[] = [
  [
    'a request over the limit',
    app({ resources: { limits: { cpu: '1' }, requests: { cpu: '2' } } }),
    [`${at}.resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1`],
  ],
  [
    'amounts as Kubernetes writes them',
    app({ resources: { limits: { cpu: '0.5' }, requests: { cpu: '1500m' } } }),
    [`${at}.resources.requests: Invalid value: "1500m": must be less than or equal to cpu limit of 500m`],
  ],
  [
    'a negative amount',
    app({ resources: { requests: { memory: '-1Gi' } } }),
    [`${at}.resources.requests[memory]: Invalid value: "-1Gi": ${NOT_NEGATIVE}`],
  ],
  [
    'an unknown name',
    app({ resources: { requests: { disk: '1' } } }),
    [
      `${at}.resources.requests[disk]: Invalid value: "disk": must be a standard resource type or fully qualified`,
      `${at}.resources.requests[disk]: Invalid value: "disk": must be a standard resource for containers`,
    ],
  ],
  [
    'a name of other things',
    app({ resources: { requests: { pods: '1' } } }),
    [`${at}.resources.requests[pods]: Invalid value: "pods": must be a standard resource for containers`],
  ],
  [
    'half a device',
    app({ resources: { limits: { 'example.com/gpu': '500m' } } }),
    [`limits`, `requests`].map(
      (side) => `${at}.resources.${side}[example.com/gpu]: Invalid value: "500m": must be an integer`,
    ),
  ],
  [
    'a device requested only',
    app({ resources: { requests: { 'example.com/gpu': '1' } } }),
    [`${at}.resources.limits: Required value: Limit must be set for non overcommitable resources`],
  ],
  [
    'fewer devices requested than allowed',
    app({ resources: { limits: { 'example.com/gpu': '2' }, requests: { 'example.com/gpu': '1' } } }),
    [`${at}.resources.requests: Invalid value: "1": must be equal to example.com/gpu limit of 2`],
  ],
  [
    'huge pages alone',
    app({ resources: { limits: { 'hugepages-2Mi': '2Mi' } } }),
    [`${at}.resources: Forbidden: HugePages require cpu or memory`],
  ],
  [
    'a claim the pod has not',
    app({ resources: { claims: [{ name: 'gpu' }, { name: '' }] } }),
    [`${at}.resources.claims[0].name: Not found: "gpu"`, `${at}.resources.claims[1].name: Required value`],
  ],
];

const mounted = (mounts: NonNullable<Container['volumeMounts']>, more: Partial<Container> = {}): Pod =>
  app({ volumeMounts: mounts, ...more }, { volumes: [{ name: 'v' }] });

const mounts: Row[] = [
  ['an unknown volume', mounted([{ name: 'x', mountPath: '/x' }]), [`${at}.volumeMounts[0].name: Not found: "x"`]],
  [
    'nothing',
    mounted([{ name: '', mountPath: '' }]),
    [`${at}.volumeMounts[0].name: Required value`, `${at}.volumeMounts[0].mountPath: Required value`],
  ],
  [
    'a path twice',
    mounted([
      { name: 'v', mountPath: '/d' },
      { name: 'v', mountPath: '/d' },
    ]),
    [`${at}.volumeMounts[1].mountPath: Invalid value: "/d": must be unique`],
  ],
  [
    'the path of a device',
    mounted([{ name: 'v', mountPath: '/d' }], { volumeDevices: [{ name: 'v', devicePath: '/d' }] }),
    [
      `${at}.volumeMounts[0].mountPath: Invalid value: "/d": must not already exist as a path in volumeDevices`,
      `${at}.volumeDevices[0].devicePath: Invalid value: "/d": must not already exist as a path in volumeMounts`,
    ],
  ],
  [
    'subPaths',
    mounted([
      { name: 'v', mountPath: '/a', subPath: '/x' },
      { name: 'v', mountPath: '/b', subPath: 'a/../b' },
      { name: 'v', mountPath: '/c', subPath: 'a', subPathExpr: 'b' },
      { name: 'v', mountPath: '/d', subPath: 'a..b' },
    ]),
    [
      `${at}.volumeMounts[0].subPath: Invalid value: "/x": must be a relative path`,
      `${at}.volumeMounts[1].subPath: Invalid value: "a/../b": must not contain '..'`,
      `${at}.volumeMounts[2].subPathExpr: Invalid value: "b": subPathExpr and subPath are mutually exclusive`,
    ],
  ],
  [
    'propagation',
    mounted([
      { name: 'v', mountPath: '/a', mountPropagation: wrong('X') },
      { name: 'v', mountPath: '/b', mountPropagation: 'Bidirectional' },
    ]),
    [
      `${at}.volumeMounts[1].mountPropagation: Forbidden: Bidirectional mount propagation is available only to privileged containers`,
      `${at}.volumeMounts[0].mountPropagation: Unsupported value: "X": supported values: "Bidirectional", "HostToContainer", "None"`,
    ],
  ],
  [
    'propagation of the privileged',
    mounted([{ name: 'v', mountPath: '/b', mountPropagation: 'Bidirectional' }], {
      securityContext: { privileged: true },
    }),
    [],
  ],
  [
    'recursive read-only',
    mounted([{ name: 'v', mountPath: '/b', recursiveReadOnly: 'Enabled', mountPropagation: 'HostToContainer' }]),
    [
      `${at}.volumeMounts[0].recursiveReadOnly: Forbidden: may only be specified when readOnly is true`,
      `${at}.volumeMounts[0].recursiveReadOnly: Forbidden: may only be specified when mountPropagation is None or not specified`,
    ],
  ],
];

const volumes: Row[] = [
  ['no name', web({ volumes: [{ name: '' }] }), ['spec.volumes[0].name: Required value']],
  ['a bad name', web({ volumes: [{ name: 'V' }] }), [`spec.volumes[0].name: Invalid value: "V": ${LABEL}`]],
  ['a name twice', web({ volumes: [{ name: 'v' }, { name: 'v' }] }), ['spec.volumes[1].name: Duplicate value: "v"']],
  [
    'two sources',
    vol({ emptyDir: {}, secret: { secretName: 's' } }),
    ['spec.volumes[0].secret: Forbidden: may not specify more than 1 volume type'],
  ],
  ['a ConfigMap without name', vol({ configMap: {} }), ['spec.volumes[0].configMap.name: Required value']],
  ['a Secret without name', vol({ secret: {} }), ['spec.volumes[0].secret.secretName: Required value']],
  [
    'items',
    vol({
      configMap: {
        name: 'c',
        items: [
          { key: '', path: '' },
          { key: 'a', path: '/x' },
          { key: 'a', path: 'x/../y' },
          { key: 'a', path: '..x' },
          { key: 'a', path: '..' },
        ],
      },
    }),
    [
      'spec.volumes[0].configMap.items[0].key: Required value',
      'spec.volumes[0].configMap.items[0].path: Required value',
      'spec.volumes[0].configMap.items[1].path: Invalid value: "/x": must be a relative path',
      'spec.volumes[0].configMap.items[2].path: Invalid value: "x/../y": must not contain \'..\'',
      'spec.volumes[0].configMap.items[3].path: Invalid value: "..x": must not start with \'..\'',
      'spec.volumes[0].configMap.items[4].path: Invalid value: "..": must not contain \'..\'',
      'spec.volumes[0].configMap.items[4].path: Invalid value: "..": must not start with \'..\'',
    ],
  ],
  [
    'modes',
    vol({ secret: { secretName: 's', defaultMode: 512, items: [{ key: 'a', path: 'a', mode: -1 }] } }),
    [
      `spec.volumes[0].secret.defaultMode: Invalid value: 512: ${MODE}`,
      `spec.volumes[0].secret.items[0].mode: Invalid value: -1: ${MODE}`,
    ],
  ],
  [
    'host paths',
    vol(
      { hostPath: { path: '' } },
      { hostPath: { path: '/a/../b' } },
      { hostPath: { path: '/a', type: wrong('Dir') } },
    ),
    [
      'spec.volumes[0].hostPath.path: Required value',
      'spec.volumes[1].hostPath.path: Invalid value: "/a/../b": must not contain \'..\'',
      'spec.volumes[2].hostPath.type: Unsupported value: "Dir": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"',
    ],
  ],
  [
    'a negative size',
    vol({ emptyDir: { sizeLimit: '-1' } }),
    ['spec.volumes[0].emptyDir.sizeLimit: Forbidden: SizeLimit field must be a valid resource quantity'],
  ],
  [
    'a size of huge pages',
    vol({ emptyDir: { sizeLimit: '1', medium: 'HugePages-2Mi' } }),
    ['spec.volumes[0].emptyDir.sizeLimit: Forbidden: may not be set for HugePages medium'],
  ],
  [
    'a claim',
    vol({ persistentVolumeClaim: { claimName: '' } }, { persistentVolumeClaim: { claimName: 'A' } }),
    [
      'spec.volumes[0].persistentVolumeClaim.claimName: Required value',
      `spec.volumes[1].persistentVolumeClaim.claimName: Invalid value: "A": ${SUBDOMAIN}`,
    ],
  ],
  ['an image', vol({ image: {} }), ['spec.volumes[0].image.reference: Required value']],
  ['an ephemeral volume', vol({ ephemeral: {} }), ['spec.volumes[0].ephemeral.volumeClaimTemplate: Required value']],
  [
    'files of the downward API',
    vol({
      downwardAPI: {
        items: [
          { path: 'a' },
          { path: 'b', fieldRef: { fieldPath: 'status.podIP' } },
          { path: 'c', resourceFieldRef: { resource: 'limits.cpu' } },
          {
            path: 'd',
            fieldRef: { fieldPath: 'metadata.labels' },
            resourceFieldRef: { resource: 'limits.cpu', containerName: 'app' },
          },
        ],
      },
    }),
    [
      'spec.volumes[0].downwardAPI.items[0]: Required value: one of fieldRef and resourceFieldRef is required',
      'spec.volumes[0].downwardAPI.items[1].fieldRef.fieldPath: Unsupported value: "status.podIP": supported values: "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"',
      'spec.volumes[0].downwardAPI.items[2].resourceFieldRef.containerName: Required value',
      'spec.volumes[0].downwardAPI.items[3]: Invalid value: "resource": fieldRef and resourceFieldRef can not be specified simultaneously',
    ],
  ],
  [
    'projected sources',
    vol({
      projected: {
        sources: [
          {
            secret: { name: 's', items: [{ key: 'k', path: 'same' }] },
            configMap: { items: [{ key: 'k', path: 'same' }] },
          },
          { serviceAccountToken: { path: '', expirationSeconds: 5 } },
          { serviceAccountToken: { path: 'same', expirationSeconds: 2 ** 33 } },
        ],
      },
    }),
    [
      'spec.volumes[0].projected.sources[0].configMap: Forbidden: may not specify more than 1 volume type',
      'spec.volumes[0].projected.sources[0].configMap.name: Required value',
      'spec.volumes[0].projected.sources[0].configMap.items[0].path: Invalid value: "same": conflicting duplicate paths',
      'spec.volumes[0].projected.sources[1].serviceAccountToken.expirationSeconds: Invalid value: 5: may not specify a duration less than 10 minutes',
      'spec.volumes[0].projected.sources[1].serviceAccountToken.path: Required value',
      'spec.volumes[0].projected.sources[2].serviceAccountToken.expirationSeconds: Invalid value: 8589934592: may not specify a duration larger than 2^32 seconds',
      'spec.volumes[0].projected.sources[2].serviceAccountToken.path: Invalid value: "same": conflicting duplicate paths',
    ],
  ],
];

const podLevel: Row[] = [
  [
    'a restart policy',
    web({ restartPolicy: wrong('X') }),
    ['spec.restartPolicy: Unsupported value: "X": supported values: "Always", "OnFailure", "Never"'],
  ],
  [
    'a DNS policy',
    web({ dnsPolicy: wrong('X') }),
    [
      'spec.dnsPolicy: Unsupported value: "X": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"',
    ],
  ],
  [
    'DNS policy None without nameservers',
    web({ dnsPolicy: 'None', dnsConfig: {} }),
    ['spec.dnsConfig.nameservers: Required value: must provide at least one DNS nameserver when `dnsPolicy` is None'],
  ],
  [
    'DNS policy None without config',
    web({ dnsPolicy: 'None' }),
    ['spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None'],
  ],
  [
    'nameservers',
    web({ dnsConfig: { nameservers: ['1.1.1.1', '::1', '1.1.1.256', 'x'] } }),
    [
      'spec.dnsConfig.nameservers: Invalid value: ["1.1.1.1","::1","1.1.1.256","x"]: must not have more than 3 nameservers',
      `spec.dnsConfig.nameservers[2]: Invalid value: "1.1.1.256": ${IP}`,
      `spec.dnsConfig.nameservers[3]: Invalid value: "x": ${IP}`,
    ],
  ],
  [
    'search domains',
    web({ dnsConfig: { searches: ['a.b', 'a.', '.', 'A'], options: [{ name: 'ndots', value: '2' }, {}] } }),
    [
      `spec.dnsConfig.searches[3]: Invalid value: "A": ${SUBDOMAIN}`,
      'spec.dnsConfig.options[1]: Required value: must not be empty',
    ],
  ],
  [
    'very many search domains',
    web({ dnsConfig: { searches: Array.from({ length: 33 }, () => 'a') } }),
    [
      `spec.dnsConfig.searches: Invalid value: ${JSON.stringify(Array.from({ length: 33 }, () => 'a'))}: must not have more than 32 search paths`,
    ],
  ],
  [
    'host names',
    web({ hostname: 'A', subdomain: 'a.b' }),
    [`spec.hostname: Invalid value: "A": ${LABEL}`, 'spec.subdomain: Invalid value: "a.b": must not contain dots'],
  ],
  [
    'a host name instead of all others',
    web({ hostnameOverride: `${'x'.repeat(70)}_`, setHostnameAsFQDN: true, hostNetwork: true }),
    [
      `spec.hostnameOverride: Invalid value: "${'x'.repeat(70)}_": ${SUBDOMAIN}`,
      'spec.hostnameOverride: Too long: may not be more than 64 bytes',
      `spec.hostnameOverride: Invalid value: "${'x'.repeat(70)}_": may not be set when hostNetwork is true`,
      `spec.hostnameOverride: Invalid value: "${'x'.repeat(70)}_": may not be set when setHostnameAsFQDN is true`,
    ],
  ],
  [
    'host aliases',
    web({ hostAliases: [{ ip: '1', hostnames: ['a.b', 'A'] }] }),
    [
      `spec.hostAliases[0].ip: Invalid value: "1": ${IP}`,
      `spec.hostAliases[0].hostnames[1]: Invalid value: "A": ${SUBDOMAIN}`,
    ],
  ],
  [
    'a deadline of 0',
    web({ activeDeadlineSeconds: 0 }),
    ['spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive'],
  ],
  [
    'a negative grace period',
    web({ terminationGracePeriodSeconds: -1 }),
    [`spec.terminationGracePeriodSeconds: Invalid value: -1: ${NOT_NEGATIVE}`],
  ],
  [
    'both process namespaces',
    web({ hostPID: true, shareProcessNamespace: true }),
    [
      'spec.securityContext.shareProcessNamespace: Invalid value: true: ShareProcessNamespace and HostPID cannot both be enabled',
    ],
  ],
  [
    'an operating system',
    web({ os: { name: wrong('bsd') } }),
    ['spec.os.name: Unsupported value: "bsd": supported values: "linux", "windows"'],
  ],
  [
    'ids',
    web({ securityContext: { runAsUser: -1, runAsGroup: 2 ** 32, fsGroup: 0, supplementalGroups: [1, -1] } }),
    [
      `spec.securityContext.runAsUser: Invalid value: -1: ${ID}`,
      `spec.securityContext.runAsGroup: Invalid value: 4294967296: ${ID}`,
      `spec.securityContext.supplementalGroups[1]: Invalid value: -1: ${ID}`,
    ],
  ],
  [
    'sysctls',
    web({
      securityContext: {
        sysctls: [
          { name: 'net.ipv4.ip_forward', value: '1' },
          { name: 'net.ipv4.ip_forward', value: '1' },
          { name: '', value: '' },
        ],
      },
    }),
    [
      'spec.securityContext.sysctls[1].name: Duplicate value: "net.ipv4.ip_forward"',
      'spec.securityContext.sysctls[2].name: Required value',
    ],
  ],
  [
    'seccomp profiles',
    web({
      securityContext: { seccompProfile: { type: 'Localhost' } },
      containers: [
        { name: 'a', image: 'x', securityContext: { seccompProfile: { type: 'Unconfined', localhostProfile: 'p' } } },
      ],
    }),
    [
      `${at}.securityContext.seccompProfile.localhostProfile: Invalid value: "p": can only be set when seccomp type is Localhost`,
      'spec.securityContext.seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost',
    ],
  ],
  [
    'contradictions about privilege',
    app({
      securityContext: { allowPrivilegeEscalation: false, privileged: true, capabilities: { add: ['CAP_SYS_ADMIN'] } },
    }),
    [
      'cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
      'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN',
    ].map(
      (rule) =>
        `${at}.securityContext: Invalid value: {"allowPrivilegeEscalation":false,"privileged":true,"capabilities":{"add":["CAP_SYS_ADMIN"]}}: ${rule}`,
    ),
  ],
  [
    'tolerations',
    web({
      tolerations: [
        { operator: 'Exists' },
        { key: 'a', value: 'b' },
        { value: 'b' },
        { key: 'a', operator: wrong('X'), tolerationSeconds: 1 },
        { key: 'a', operator: 'Exists', value: 'b' },
      ],
    }),
    [
      'spec.tolerations[2].operator: Invalid value: "": operator must be Exists when `key` is empty, which means "match all values and all keys"',
      'spec.tolerations[3].effect: Invalid value: "": effect must be \'NoExecute\' when `tolerationSeconds` is set',
      'spec.tolerations[4].operator: Invalid value: "b": value must be empty when `operator` is \'Exists\'',
      'spec.tolerations[3].operator: Unsupported value: "X": supported values: "Equal", "Exists"',
    ],
  ],
  [
    'deep inside affinity',
    web({
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: wrong('in') }] }],
          },
        },
      },
    }),
    [
      'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].operator: Unsupported value: "in": supported values: "In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"',
    ],
  ],
  [
    'a spread constraint',
    web({ topologySpreadConstraints: [{ maxSkew: 0, topologyKey: '', whenUnsatisfiable: 'ScheduleAnyway' }] }),
    [
      'spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero',
      'spec.topologySpreadConstraints[0].topologyKey: Required value: can not be empty',
    ],
  ],
  [
    'names of other objects',
    web({ nodeName: 'A', serviceAccountName: 'a_b' }),
    [`spec.nodeName: Invalid value: "A": ${SUBDOMAIN}`, `spec.serviceAccountName: Invalid value: "a_b": ${SUBDOMAIN}`],
  ],
  [
    'claims of one name',
    web({ resourceClaims: [{ name: 'a' }, { name: 'a' }, { name: '' }] }),
    ['spec.resourceClaims[1].name: Duplicate value: "a"', 'spec.resourceClaims[2].name: Required value'],
  ],
];

const handlers: Row[] = [
  ['no handler', app({ livenessProbe: {} }), [`${at}.livenessProbe: Required value: must specify a handler type`]],
  [
    'two handlers',
    app({ readinessProbe: { exec: { command: ['x'] }, httpGet: { port: 80 } } }),
    [`${at}.readinessProbe.httpGet: Forbidden: may not specify more than 1 handler type`],
  ],
  ['no command', app({ startupProbe: { exec: {} } }), [`${at}.startupProbe.exec.command: Required value`]],
  [
    'a port out of range',
    app({ livenessProbe: { httpGet: { port: 0 } }, startupProbe: { grpc: { port: 70000 } } }),
    [
      `${at}.livenessProbe.httpGet.port: Invalid value: 0: ${PORT}`,
      `${at}.startupProbe.grpc.port: Invalid value: 70000: ${PORT}`,
    ],
  ],
  [
    'a port name',
    app({ livenessProbe: { tcpSocket: { port: '80' } } }),
    [`${at}.livenessProbe.tcpSocket.port: Invalid value: "80": must contain at least one letter (a-z)`],
  ],
  [
    'a scheme',
    app({ livenessProbe: { httpGet: { port: 1, scheme: wrong('http') } } }),
    [`${at}.livenessProbe.httpGet.scheme: Unsupported value: "http": supported values: "HTTP", "HTTPS"`],
  ],
  [
    'a header',
    app({ livenessProbe: { httpGet: { port: 1, httpHeaders: [{ name: 'A B', value: '' }] } } }),
    [
      `${at}.livenessProbe.httpGet.httpHeaders[0].name: Invalid value: "A B": a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')`,
    ],
  ],
  [
    'negative numbers',
    app({
      livenessProbe: {
        exec: { command: ['x'] },
        initialDelaySeconds: -1,
        timeoutSeconds: -1,
        periodSeconds: -1,
        failureThreshold: -1,
      },
    }),
    [
      ...['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'failureThreshold'].map(
        (field) => `${at}.livenessProbe.${field}: Invalid value: -1: ${NOT_NEGATIVE}`,
      ),
    ],
  ],
  [
    'several successes',
    app({
      livenessProbe: { exec: { command: ['x'] }, successThreshold: 2 },
      readinessProbe: { exec: { command: ['x'] }, successThreshold: 2 },
    }),
    [`${at}.livenessProbe.successThreshold: Invalid value: 2: must be 1`],
  ],
  [
    'grace periods',
    app({
      livenessProbe: { exec: { command: ['x'] }, terminationGracePeriodSeconds: 0 },
      readinessProbe: { exec: { command: ['x'] }, terminationGracePeriodSeconds: 1 },
    }),
    [
      `${at}.livenessProbe.terminationGracePeriodSeconds: Invalid value: 0: must be greater than 0`,
      `${at}.readinessProbe.terminationGracePeriodSeconds: Invalid value: 1: must not be set for readinessProbes`,
    ],
  ],
  [
    'hooks',
    app({ lifecycle: { postStart: {}, preStop: { sleep: { seconds: 31 } }, stopSignal: 'SIGUSR1' } }),
    [
      `${at}.lifecycle.postStart: Required value: must specify a handler type`,
      `${at}.lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)`,
      `${at}.lifecycle.stopSignal: Forbidden: may not be set for containers with empty \`spec.os.name\``,
    ],
  ],
  ['a stop signal of Linux', app({ lifecycle: { stopSignal: 'SIGRTMIN+3' } }, { os: { name: 'linux' } }), []],
  [
    'a stop signal that Windows does not know',
    app({ lifecycle: { stopSignal: 'SIGHUP' } }, { os: { name: 'windows' } }),
    [`${at}.lifecycle.stopSignal: Unsupported value: "SIGHUP": supported values: "SIGKILL", "SIGTERM"`],
  ],
];

describe.each<[string, Row[]]>([
  ['metadata', metadata],
  ['containers', containers],
  ['ports', ports],
  ['env', environment],
  ['resources', resources],
  ['mounts', mounts],
  ['volumes', volumes],
  ['the pod', podLevel],
  ['probes and hooks', handlers],
])('validation of %s', (_, rows) => {
  it.each(rows)('of %s says what is wrong', (_, pod, expected) => {
    expect(complaints(pod)).toEqual(expected);
  });
});

describe('validation', () => {
  it('finds nothing in a good pod', () => {
    expect(complaints(web())).toEqual([]);
  });

  it('asks for what defaulting would have filled in', () => {
    expect(validatePod(web()).map(({ message }) => message)).toEqual([
      `${at}.imagePullPolicy: Required value`,
      `${at}.terminationMessagePolicy: Required value`,
      'spec.restartPolicy: Required value',
      'spec.dnsPolicy: Required value',
    ]);
  });

  it('gives the kind of problem and the steps to it', () => {
    const pod = app({ resources: { requests: { memory: '-1' } } });
    expect(validatePod(defaultPod(pod))).toEqual([
      {
        path: `${at}.resources.requests[memory]`,
        segments: ['spec', 'containers', 0, 'resources', 'requests', 'memory'],
        type: 'Invalid value',
        message: `${at}.resources.requests[memory]: Invalid value: "-1": ${NOT_NEGATIVE}`,
      },
    ]);
  });

  it('accepts addresses as Go does', () => {
    const good = ['0.0.0.0', '255.255.255.255', '::', '::1', '1::', 'fe80::1:2', '1:2:3:4:5:6:7:8', '::ffff:10.0.0.1'];
    const bad = [
      '',
      '1.2.3',
      '01.2.3.4',
      '1.2.3.4.5',
      ':',
      ':::',
      '1::2::3',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      'g::',
      '12345::',
      '::1.2.3',
      '1.2.3.4::',
    ];
    const ipComplaints = (ip: string) => complaints(web({ hostAliases: [{ ip }] })).length;
    expect(good.filter((ip) => ipComplaints(ip) > 0)).toEqual([]);
    expect(bad.filter((ip) => ipComplaints(ip) === 0)).toEqual([]);
  });

  it('never throws, whatever text stands in a pod', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const pod = web(
          {
            hostname: text,
            nodeSelector: { [text]: text },
            volumes: [{ name: text, hostPath: { path: text } }],
            containers: [
              {
                name: text,
                image: text,
                env: [{ name: text, valueFrom: { fieldRef: { fieldPath: text } } }],
                resources: { limits: { [text]: text } },
                volumeMounts: [{ name: text, mountPath: text, subPath: text }],
              },
            ],
          },
          { name: text, labels: { [text]: text } },
        );
        expect(Array.isArray(validatePod(defaultPod(pod)))).toBe(true);
      }),
    );
  });

  it('takes long names in its stride', () => {
    const name = `${'a-'.repeat(100_000)}_`;
    expect(
      complaints(web({ hostname: name, nodeName: name.replaceAll('-', '.') }, { name, labels: { [name]: name } }))
        .length,
    ).toBeGreaterThan(3);
  });
});
