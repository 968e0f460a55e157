import type { ConfigObject } from '../../src/api/config-object.js';
import type { Pod } from '../../src/api/schema/pod.js';
import { containerCreateBody, sandboxCreateBody } from '../../src/docker/host-config.js';
import { buildContainerSpec } from '../../src/kubelet/core/spec/container-spec.js';
import { computePodActions } from '../../src/kubelet/core/plan/pod-actions.js';
import { buildSandboxSpec } from '../../src/kubelet/core/spec/sandbox-spec.js';
import { podVolumes } from '../../src/kubelet/core/volumes/volume-plan.js';
import { admitPod } from '../../src/kubelet/pod-admission.js';
import { hasCode } from '../../src/lib/errors.js';
import { configOf, T0 } from './builders.js';

const ENGINE = { facts: { version: '20.10.24', apiVersion: '1.41' }, labels: {} };
const ALLOCATABLE = { cpu: '2', memory: '4Gi' };
const RESOLVER = { nameservers: ['192.0.2.53'], searches: ['example'], options: [] };

/**
 * Takes a pod all the way to what the engine would be asked for: a reason why a part cannot be made is fine, anything else
 * that is thrown is not.
 */
export function planPod(written: Pod, configs: readonly ConfigObject[]): void {
  const pod = admitPod(written, { nodeName: 'node', now: T0, uid: 'uid-1' });
  const identity = { uid: 'uid-1', namespace: pod.metadata.namespace ?? 'default', name: pod.metadata.name };
  const observed = { ...identity, containers: [], sandboxes: [] };
  computePodActions({ pod, observed, problems: new Map(), now: T0 });
  orReason(() => sandboxCreateBody({ ...buildSandboxSpec(pod, 0, RESOLVER), volumes: [] }, 'sandbox:1', ENGINE));
  orReason(() => podVolumes(pod, { claimed: new Map(), allocatable: ALLOCATABLE }));
  const config = configOf(...configs.filter((object) => object.kind !== 'PersistentVolumeClaim'));
  const { containers, ephemeralContainers = [], initContainers = [] } = pod.spec;
  for (const container of [...initContainers, ...containers, ...ephemeralContainers]) {
    orReason(() =>
      containerCreateBody(
        buildContainerSpec({
          pod,
          container,
          kind: 'app',
          attempt: 0,
          backoffMs: 0,
          sandbox: { id: 's', instance: 's@0' },
          image: { id: 'sha256:1', sizeBytes: 1, user: '' },
          allocatable: ALLOCATABLE,
          config,
        }),
        ENGINE,
      ),
    );
  }
}

function orReason(make: () => unknown): void {
  try {
    make();
  } catch (error) {
    if (!hasCode(error, 'Invalid')) throw error;
  }
}
