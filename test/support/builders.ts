import type { ConfigMap, Secret } from '../../src/api/schema/config.js';
import type { Container, Pod, PodSpec, PodStatus } from '../../src/api/schema/pod.js';
import { containerHash } from '../../src/api/hash.js';
import type { ConfigObjects } from '../../src/kubelet/core/volumes/config-objects.js';
import type { ObservedContainer, ObservedPod, ObservedSandbox } from '../../src/runtime/observed.js';

/** A moment all table tests agree on: 2026-01-01T00:00:00Z. */
export const T0 = Date.parse('2026-01-01T00:00:00Z');

export const aContainer = (name: string, changes: Partial<Container> = {}): Container => ({
  name,
  image: 'busybox:1',
  ...changes,
});

export function aPod(
  spec: Partial<PodSpec> = {},
  changes: { status?: PodStatus; metadata?: Partial<Pod['metadata']> } = {},
): Pod {
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default', uid: 'uid-1', ...changes.metadata },
    spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, containers: [aContainer('app')], ...spec },
  };
  return changes.status === undefined ? pod : { ...pod, status: changes.status };
}

/** @param data plain texts */
export const aConfigMap = (name: string, data: Readonly<Record<string, string>>): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data,
});

/** @param texts not encoded yet */
export const aSecret = (name: string, texts: Readonly<Record<string, string>>): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'default' },
  type: 'Opaque',
  data: Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')] as const),
  ),
});

export const configOf = (...objects: readonly (ConfigMap | Secret)[]): ConfigObjects => ({
  configMap: (name) => objects.filter((object) => object.kind === 'ConfigMap').find(named(name)),
  secret: (name) => objects.filter((object) => object.kind === 'Secret').find(named(name)),
});

const named =
  (name: string) =>
  ({ metadata }: ConfigMap | Secret): boolean =>
    metadata.name === name;

export function aSandbox(changes: Partial<ObservedSandbox> = {}): ObservedSandbox {
  const attempt = changes.attempt ?? 0;
  return {
    id: `sandbox-${attempt}`,
    instance: `sandbox-${attempt}@0`,
    attempt,
    specHash: 'uid-1',
    ready: true,
    created: false,
    hostNetwork: false,
    createdAt: T0,
    startedAt: T0,
    ips: ['10.0.0.2'],
    pid: 100,
    ...changes,
  };
}

/** An instance of a container in the first sandbox, running for a second unless the changes say otherwise. */
export function anInstance(name: string, changes: Partial<ObservedContainer> = {}): ObservedContainer {
  const attempt = changes.attempt ?? 0;
  return {
    id: `${name}-${attempt}`,
    name,
    kind: 'app',
    attempt,
    specHash: containerHash(aContainer(name)),
    state: 'running',
    paused: false,
    createdAt: T0,
    startedAt: T0,
    oomKilled: false,
    image: 'busybox:1',
    imageId: 'docker://sha256:1',
    backoffMs: 0,
    sandboxInstance: 'sandbox-0@0',
    pid: 200,
    ...changes,
  };
}

export const ended = (exitCode: number, finishedAt = T0 + 1_000): Partial<ObservedContainer> => ({
  state: 'exited',
  exitCode,
  finishedAt,
  pid: 0,
});

export const observedPod = (
  containers: readonly ObservedContainer[] = [],
  sandboxes: readonly ObservedSandbox[] = [aSandbox()],
): ObservedPod => ({ uid: 'uid-1', namespace: 'default', name: 'web', containers, sandboxes });
