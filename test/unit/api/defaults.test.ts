import { describe, expect, it } from '@jest/globals';
import { defaultPod } from '../../../src/api/defaults.js';
import type { Container, Pod, PodSpec } from '../../../src/api/schema/pod.js';

const podWith = (spec: Partial<PodSpec>, container: Partial<Container> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web' },
  spec: { containers: [{ name: 'app', image: 'busybox:1', ...container }], ...spec },
});
const first = (pod: Pod): Container | undefined => pod.spec.containers[0];
const containerOf = (container: Partial<Container>, spec: Partial<PodSpec> = {}) =>
  first(defaultPod(podWith(spec, container)));

describe('defaults', () => {
  it('of a small pod are the API server’s', () => {
    expect(defaultPod(podWith({}))).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web' },
      spec: {
        restartPolicy: 'Always',
        dnsPolicy: 'ClusterFirst',
        schedulerName: 'default-scheduler',
        terminationGracePeriodSeconds: 30,
        securityContext: {},
        enableServiceLinks: true,
        containers: [
          {
            name: 'app',
            image: 'busybox:1',
            imagePullPolicy: 'IfNotPresent',
            terminationMessagePath: '/dev/termination-log',
            terminationMessagePolicy: 'File',
          },
        ],
      },
      status: { phase: 'Pending', qosClass: 'BestEffort' },
    });
  });

  it.each([
    ['busybox', 'Always'],
    ['busybox:latest', 'Always'],
    ['busybox:1', 'IfNotPresent'],
    ['localhost:5000/busybox', 'Always'],
    ['localhost:5000/busybox:1', 'IfNotPresent'],
    [`busybox@sha256:${'0'.repeat(64)}`, 'IfNotPresent'],
    [`busybox:latest@sha256:${'0'.repeat(64)}`, 'IfNotPresent'],
  ])('pull %s %s', (image, policy) => {
    expect(containerOf({ image })?.imagePullPolicy).toBe(policy);
  });

  it('keep what is given', () => {
    const spec: Partial<PodSpec> = {
      restartPolicy: 'Never',
      dnsPolicy: 'None',
      schedulerName: 'mine',
      terminationGracePeriodSeconds: 0,
      enableServiceLinks: false,
      securityContext: { runAsUser: 1 },
    };
    expect(defaultPod(podWith(spec)).spec).toMatchObject(spec);
    const container: Partial<Container> = {
      imagePullPolicy: 'Never',
      terminationMessagePath: '/x',
      terminationMessagePolicy: 'FallbackToLogsOnError',
    };
    expect(containerOf(container)).toMatchObject(container);
  });

  it('take empty text for absent text', () => {
    const restartPolicy = '' as 'Always';
    expect(defaultPod(podWith({ restartPolicy })).spec.restartPolicy).toBe('Always');
  });

  it.each([{ serviceAccount: 'robot' }, { serviceAccountName: 'robot', serviceAccount: 'other' }])(
    'give the account both its names: %j',
    (spec) => {
      expect(defaultPod(podWith(spec)).spec).toMatchObject({ serviceAccountName: 'robot', serviceAccount: 'robot' });
    },
  );

  it('make requests of limits, for every resource of main and init containers', () => {
    const resources = { limits: { cpu: '1', memory: '1Gi', 'example.com/gpu': '1' }, requests: { cpu: '100m' } };
    const expected = { ...resources, requests: { cpu: '100m', memory: '1Gi', 'example.com/gpu': '1' } };
    const init = { name: 'init', image: 'x', resources };
    const { spec } = defaultPod(podWith({ initContainers: [init] }, { resources }));
    expect(spec.containers[0]?.resources).toEqual(expected);
    expect(spec.initContainers?.[0]?.resources).toEqual(expected);
    expect(containerOf({ resources: {} })?.resources).toEqual({});
  });

  it('round CPU up to a thousandth', () => {
    expect(containerOf({ resources: { limits: { cpu: '0.0001' }, requests: { cpu: '1500u' } } })?.resources).toEqual({
      limits: { cpu: '1m' },
      requests: { cpu: '2m' },
    });
  });

  it('of ports are TCP, and the host’s own with hostNetwork', () => {
    const ports = [{ containerPort: 80 }, { containerPort: 53, protocol: 'UDP' as const, hostPort: 5353 }];
    expect(containerOf({ ports })?.ports).toEqual([{ containerPort: 80, protocol: 'TCP' }, ports[1]]);
    expect(containerOf({ ports }, { hostNetwork: true })?.ports).toEqual([
      { containerPort: 80, protocol: 'TCP', hostPort: 80 },
      ports[1],
    ]);
  });

  it('of probes and hooks are filled in', () => {
    const container = containerOf({
      livenessProbe: { httpGet: { port: 80 }, timeoutSeconds: 0 },
      readinessProbe: { grpc: { port: 1 }, periodSeconds: 3 },
      startupProbe: { tcpSocket: { port: 'http' }, failureThreshold: 30, initialDelaySeconds: 5 },
      lifecycle: { postStart: { httpGet: { port: 80, scheme: 'HTTPS' } }, preStop: { exec: { command: ['x'] } } },
    });
    const filled = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };
    expect(container).toMatchObject({
      livenessProbe: { ...filled, httpGet: { port: 80, path: '/', scheme: 'HTTP' } },
      readinessProbe: { ...filled, periodSeconds: 3, grpc: { port: 1, service: '' } },
      startupProbe: { ...filled, failureThreshold: 30, initialDelaySeconds: 5 },
      lifecycle: {
        postStart: { httpGet: { port: 80, path: '/', scheme: 'HTTPS' } },
        preStop: { exec: { command: ['x'] } },
      },
    });
  });

  it('of volumes are modes, types and emptyDir', () => {
    const fieldRef = { fieldPath: 'metadata.name' };
    const volumes: PodSpec['volumes'] = [
      { name: 'a' },
      { name: 'b', hostPath: { path: '/x' } },
      { name: 'c', configMap: { name: 'c' } },
      { name: 'd', secret: { secretName: 'd', defaultMode: 0o400 } },
      { name: 'e', downwardAPI: { items: [{ path: 'name', fieldRef }] } },
      {
        name: 'f',
        projected: {
          sources: [{ serviceAccountToken: { path: 't' } }, { downwardAPI: { items: [{ path: 'n', fieldRef }] } }],
        },
      },
    ];
    expect(defaultPod(podWith({ volumes })).spec.volumes).toEqual([
      { name: 'a', emptyDir: {} },
      { name: 'b', hostPath: { path: '/x', type: '' } },
      { name: 'c', configMap: { name: 'c', defaultMode: 420 } },
      { name: 'd', secret: { secretName: 'd', defaultMode: 256 } },
      {
        name: 'e',
        downwardAPI: { items: [{ path: 'name', fieldRef: { apiVersion: 'v1', ...fieldRef } }], defaultMode: 420 },
      },
      {
        name: 'f',
        projected: {
          defaultMode: 420,
          sources: [
            { serviceAccountToken: { path: 't', expirationSeconds: 3600 } },
            { downwardAPI: { items: [{ path: 'n', fieldRef: { apiVersion: 'v1', ...fieldRef } }] } },
          ],
        },
      },
    ]);
  });

  it('fill fieldRefs of the environment and ephemeral containers', () => {
    const env = [{ name: 'N', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }];
    expect(containerOf({ env })?.env?.[0]?.valueFrom?.fieldRef?.apiVersion).toBe('v1');
    const { spec } = defaultPod(
      podWith({ ephemeralContainers: [{ name: 'd', image: 'x', targetContainerName: 'app' }] }),
    );
    expect(spec.ephemeralContainers?.[0]).toMatchObject({ targetContainerName: 'app', imagePullPolicy: 'Always' });
  });

  it('change nothing the second time, and never what they are given', () => {
    const pod = podWith(
      { hostNetwork: true, volumes: [{ name: 'a' }] },
      {
        ports: [{ containerPort: 80 }],
        resources: { limits: { cpu: '0.0001' } },
        livenessProbe: { exec: { command: ['x'] } },
      },
    );
    const before = structuredClone(pod);
    const once = defaultPod(pod);
    expect(pod).toEqual(before);
    expect(defaultPod(once)).toEqual(once);
    expect(once.status).toEqual({ phase: 'Pending', qosClass: 'Burstable' });
  });
});
