import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../../../src/api/schema/pod.js';
import { describeAnyObject } from '../../../../../src/cli/client/describe/any-object.js';
import { describeContainers } from '../../../../../src/cli/client/describe/containers.js';
import { Description, longTime } from '../../../../../src/cli/client/describe/description.js';
import { describeEvents } from '../../../../../src/cli/client/describe/events.js';
import { describeAnnotations } from '../../../../../src/cli/client/describe/metadata.js';
import { podAmounts } from '../../../../../src/cli/client/describe/pod-amounts.js';
import { probeText } from '../../../../../src/cli/client/describe/probe-text.js';
import { describeTolerations, describeTopologySpread } from '../../../../../src/cli/client/describe/scheduling.js';
import { describeVolumes } from '../../../../../src/cli/client/describe/volumes.js';

const NOW = Date.parse('2026-11-28T12:00:00Z');

function text(describeIt: (to: Description) => void): string {
  const to = new Description(NOW);
  describeIt(to);
  return to.toString();
}

const podOf = (spec: Partial<Pod['spec']>): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default', labels: { a: 'b' } },
  spec: { containers: [], ...spec },
});

describe('times', () => {
  it('are RFC 1123 with a numeric zone', () => {
    expect(longTime('2026-11-28T12:00:00Z')).toMatch(/^(Fri|Sat|Sun), \d\d Nov 2026 \d\d:\d0:00 [+-]\d{4}$/);
  });
  it('that are absent are the first of all times, as with kubectl', () => {
    expect(longTime(undefined)).toBe('Mon, 01 Jan 0001 00:00:00 +0000');
  });
});

describe('annotations', () => {
  it('of several lines, or long ones, stand below their name', () => {
    const annotations = { b: 'one\ntwo\n', a: 'short', c: 'x'.repeat(150) };
    expect(text((to) => describeAnnotations(to, annotations))).toBe(
      [
        'Annotations:  a: short',
        '              b:',
        '                one',
        '                two',
        '              c:',
        `                ${'x'.repeat(138)}...`,
        '',
      ].join('\n'),
    );
  });
  it('of kubectl itself are hidden', () => {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}' };
    expect(text((to) => describeAnnotations(to, annotations))).toBe('Annotations:  <none>\n');
  });
});

describe('events', () => {
  it('are a table, oldest first, with how often they came', () => {
    const event = { metadata: { name: 'x' }, type: 'Normal', source: { component: 'kubelet' } };
    const events = [
      {
        ...event,
        reason: 'Late',
        message: 'b\n',
        lastTimestamp: '2026-11-28T11:59:50Z',
        firstTimestamp: '2026-11-28T11:50:00Z',
        count: 3,
      },
      {
        ...event,
        reason: 'Early',
        message: 'a',
        lastTimestamp: '2026-11-28T11:00:00Z',
        firstTimestamp: '2026-11-28T11:00:00Z',
      },
    ];
    expect(text((to) => describeEvents(to, events))).toBe(
      [
        'Events:',
        '  Type    Reason  Age                From     Message',
        '  ----    ------  ----               ----     -------',
        '  Normal  Early   60m                kubelet  a',
        '  Normal  Late    10s (x3 over 10m)  kubelet  b',
        '',
      ].join('\n'),
    );
  });
});

describe('containers', () => {
  it('say where each variable comes from, without the values of secrets', () => {
    const container = {
      name: 'app',
      image: 'i',
      envFrom: [{ secretRef: { name: 's' }, prefix: 'P_' }, { configMapRef: { name: 'c', optional: true } }],
      env: [
        { name: 'A', value: '1\n2' },
        { name: 'B', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
        { name: 'C', valueFrom: { configMapKeyRef: { name: 'c', key: 'k', optional: true } } },
        { name: 'D', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.labels' } } },
        { name: 'E', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
        { name: 'F', valueFrom: { resourceFieldRef: { resource: 'requests.memory', divisor: '1Mi' } } },
      ],
      resources: { requests: { memory: '1Gi' } },
    };
    const lines = text((to) => describeContainers(to, 'Containers', [container], undefined, podOf({}))).split('\n');
    expect(lines.slice(7)).toEqual([
      '    Environment Variables from:',
      "      s  Secret with prefix 'P_'  Optional: false",
      '      c  ConfigMap                Optional: true',
      '    Environment:',
      '      A:     1',
      '             2',
      "      B:     <set to the key 'k' in secret 's'>      Optional: false",
      "      C:     <set to the key 'k' of config map 'c'>  Optional: true",
      '      D:     a="b" (v1:metadata.labels)',
      '      E:     node allocatable (limits.cpu)',
      '      F:     1024 (requests.memory)',
      '    Mounts:  <none>',
      '',
    ]);
  });

  it('say what became of them', () => {
    const ended = {
      exitCode: 137,
      signal: 9,
      reason: 'OOMKilled',
      message: 'no memory',
      startedAt: '2026-11-28T11:00:00Z',
    };
    const status = {
      ...{ name: 'app', ready: false, restartCount: 2, image: 'i', imageID: 'sha256:1', containerID: 'docker://1' },
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: ended },
    };
    const container = { name: 'app', image: 'i' };
    const described = text((to) => describeContainers(to, 'Containers', [container], [status], podOf({})));
    expect(described.replace(/(Started|Finished): .*/g, '$1')).toContain(
      [
        '    State:          Waiting',
        '      Reason:       CrashLoopBackOff',
        '    Last State:     Terminated',
        '      Reason:       OOMKilled',
        '      Message:      no memory',
        '      Exit Code:    137',
        '      Signal:       9',
        '      Started',
        '      Finished',
        '    Ready:          False',
        '    Restart Count:  2',
      ].join('\n'),
    );
  });
});

describe('probes', () => {
  const times = 'delay=0s timeout=1s period=10s #success=1 #failure=3';
  const probe = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };
  it.each([
    [{ exec: { command: ['cat', '/x'] } }, 'exec [cat /x]'],
    [{ httpGet: { scheme: 'HTTP' as const, port: 80, path: '/' } }, 'http-get http://:80/'],
    [{ httpGet: { scheme: 'HTTPS' as const, host: '::1', port: 'web', path: 'x' } }, 'http-get https://[::1]:web/x'],
    [{ tcpSocket: { port: 1 } }, 'tcp-socket :1'],
    [{ grpc: { port: 1, service: 's' } }, 'grpc <pod>:1 s'],
    [{}, 'unknown'],
  ])('%j', (action, expected) => {
    expect(probeText({ ...probe, ...action })).toBe(`${expected} ${times}`);
  });
});

describe('scheduling', () => {
  it('shows tolerations in the order of their keys', () => {
    const tolerations = [
      { key: 'b', value: 'v', effect: 'NoExecute' as const, tolerationSeconds: 30 },
      { key: 'a', operator: 'Exists' as const, effect: 'NoSchedule' as const },
      { operator: 'Exists' as const },
    ];
    expect(text((to) => describeTolerations(to, tolerations))).toBe(
      'Tolerations:  op=Exists\n              a:NoSchedule op=Exists\n              b=v:NoExecute for 30s\n',
    );
  });
  it('shows what pods are spread over', () => {
    const spread = {
      ...{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' as const },
      labelSelector: { matchLabels: { a: 'b' }, matchExpressions: [{ key: 'c', operator: 'In', values: ['1', '2'] }] },
    };
    expect(text((to) => describeTopologySpread(to, [spread]))).toBe(
      'Topology Spread Constraints:  zone:DoNotSchedule when max skew 1 is exceeded for selector a=b,c in (1,2)\n',
    );
  });
});

describe('volumes', () => {
  it('are shown with what they are made of', () => {
    const volumes = [
      {
        name: 'a',
        projected: { sources: [{ secret: { name: 's' } }, { downwardAPI: {} }, { configMap: { name: 'c' } }] },
      },
      { name: 'b', downwardAPI: { items: [{ path: 'p', fieldRef: { fieldPath: 'metadata.name' } }] } },
      { name: 'c', csi: { driver: 'd', volumeAttributes: { x: '1' } } },
      { name: 'd', rbd: { monitors: [], image: 'i' } },
    ];
    expect(text((to) => describeVolumes(to, volumes))).toBe(
      [
        'Volumes:',
        '  a:',
        '    Type:           Projected (a volume that contains injected data from multiple sources)',
        '    SecretName:     s',
        '    Optional:       false',
        '    DownwardAPI:    true',
        '    ConfigMapName:  c',
        '    Optional:       false',
        '  b:',
        '    Type:  DownwardAPI (a volume populated by information about the pod)',
        '    Items:',
        '      metadata.name -> p',
        '  c:',
        '    Type:              CSI (a Container Storage Interface (CSI) volume source)',
        '    Driver:            d',
        '    FSType:            ',
        '    ReadOnly:          false',
        '    VolumeAttributes:  x=1',
        '  d:',
        '  <unknown>',
        '',
      ].join('\n'),
    );
  });
});

describe('the amounts of a pod', () => {
  const container = (name: string, cpu: string, more: object = {}) => ({
    ...{ name, image: 'i', resources: { requests: { cpu }, limits: { cpu } } },
    ...more,
  });
  it('are those of its containers, or of its greediest init container', () => {
    const spec = {
      containers: [container('a', '100m'), container('b', '150m')],
      initContainers: [container('i', '1')],
    };
    expect(podAmounts(podOf(spec), 'requests')).toEqual({ cpu: '1' });
    expect(podAmounts(podOf({ ...spec, initContainers: [] }), 'limits')).toEqual({ cpu: '250m' });
  });
  it('count a sidecar beside both, and overhead on top', () => {
    const initContainers = [container('s', '200m', { restartPolicy: 'Always' as const }), container('i', '1')];
    const pod = podOf({ containers: [container('a', '100m')], initContainers, overhead: { cpu: '1m', memory: '1Mi' } });
    expect(podAmounts(pod, 'requests')).toEqual({ cpu: '1201m', memory: '1Mi' });
    expect(podAmounts(pod, 'limits')).toEqual({ cpu: '1201m' });
  });
  it('are what the pod itself says where it does', () => {
    const pod = podOf({ containers: [container('a', '100m')], resources: { requests: { cpu: '3' } } });
    expect(podAmounts(pod, 'requests')).toEqual({ cpu: '3' });
  });
});

describe('objects of other kinds', () => {
  it('are shown with all their fields', () => {
    const object = {
      ...{ apiVersion: 'example.com/v1', kind: 'Thing' },
      metadata: { name: 'x', namespace: 'ns', uid: 'u', managedFields: [] },
      spec: {
        replicaCount: 2,
        podIPs: ['1'],
        on: true,
        nothing: null,
        'a.b': 'c',
        parts: [{ name: 'p', URLPath: '/' }],
      },
    };
    expect(text((to) => describeAnyObject(to, object, []))).toBe(
      [
        'Name:         x',
        'Namespace:    ns',
        'Labels:       <none>',
        'Annotations:  <none>',
        'API Version:  example.com/v1',
        'Kind:         Thing',
        'Metadata:',
        '  UID:  u',
        'Spec:',
        '  a.b:      c',
        '  Nothing:  <nil>',
        '  On:       true',
        '  Parts:',
        '    URL Path:  /',
        '    Name:      p',
        '  Pod I Ps:',
        '    1',
        '  Replica Count:  2',
        'Events:           <none>',
        '',
      ].join('\n'),
    );
  });
});
