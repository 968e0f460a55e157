import { describe, expect, it } from '@jest/globals';
import type { ContainerState, ContainerStatus, Pod, PodStatus } from '../../../../src/api/schema/pod.js';
import { computePodColumns } from '../../../../src/api/printing/pod-columns.js';

const NOW = Date.parse('2026-01-01T01:00:00Z');
const RUNNING: ContainerState = { running: { startedAt: '2026-01-01T00:59:00Z' } };

const waiting = (reason: string): ContainerState => ({ waiting: { reason } });
const exited = (exitCode: number, reason?: string, signal?: number): ContainerState => ({
  terminated: { exitCode, ...(reason === undefined ? {} : { reason }), ...(signal === undefined ? {} : { signal }) },
});

const container = (name: string, state: ContainerState, more: Partial<ContainerStatus> = {}): ContainerStatus => ({
  name,
  state,
  ready: state.running !== undefined,
  restartCount: 0,
  image: 'busybox:1',
  imageID: '',
  ...more,
});

const restarted = (count: number, finishedAt: string): Partial<ContainerStatus> => ({
  restartCount: count,
  lastState: { terminated: { exitCode: 1, finishedAt } },
});

/** Init containers `i1`, `i2` and main containers `a`, `b`, unless said otherwise. */
function pod(status: PodStatus, spec: Partial<Pod['spec']> = {}, metadata: Partial<Pod['metadata']> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default', creationTimestamp: '2026-01-01T00:56:48Z', ...metadata },
    spec: { containers: [{ name: 'a' }, { name: 'b' }], ...spec } as Pod['spec'],
    status,
  };
}
const withInit = { initContainers: [{ name: 'i1' }, { name: 'i2' }] } as Partial<Pod['spec']>;
const withSidecar = {
  initContainers: [{ name: 'side', restartPolicy: 'Always' }, { name: 'i2' }],
} as Partial<Pod['spec']>;
const is = (type: string, status: 'True' | 'False', reason?: string): NonNullable<PodStatus['conditions']>[number] => ({
  type,
  status,
  ...(reason === undefined ? {} : { reason }),
});

describe('the columns of a running pod', () => {
  const columns = computePodColumns(
    pod(
      {
        phase: 'Running',
        podIPs: [{ ip: '172.20.0.2' }],
        containerStatuses: [container('a', RUNNING), container('b', RUNNING, { ready: false })],
      },
      { nodeName: 'vm' },
    ),
    NOW,
  );

  it('count ready containers, and show age, address and node', () => {
    expect(columns).toEqual({
      name: 'web',
      ready: '1/2',
      status: 'Running',
      restarts: '0',
      age: '3m12s',
      ip: '172.20.0.2',
      node: 'vm',
      nominatedNode: '<none>',
      readinessGates: '<none>',
    });
  });

  it('count readiness gates that passed', () => {
    const gated = pod(
      { conditions: [is('example.com/one', 'True')] },
      { readinessGates: [{ conditionType: 'example.com/one' }, { conditionType: 'example.com/two' }] },
    );
    expect(computePodColumns(gated, NOW).readinessGates).toBe('1/2');
  });
});

describe('the STATUS column', () => {
  const cases: readonly (readonly [string, Pod, string])[] = [
    ['a pod nobody looked at yet', pod({}), 'Pending'],
    ['its phase', pod({ phase: 'Pending' }), 'Pending'],
    ['its reason rather than its phase', pod({ phase: 'Failed', reason: 'Evicted' }), 'Evicted'],
    [
      'scheduling gates',
      pod({ phase: 'Pending', conditions: [is('PodScheduled', 'False', 'SchedulingGated')] }),
      'SchedulingGated',
    ],
    [
      'the reason of the first container that has one',
      pod({
        phase: 'Running',
        containerStatuses: [container('a', waiting('CrashLoopBackOff')), container('b', exited(1, 'Error'))],
      }),
      'CrashLoopBackOff',
    ],
    [
      'an exit code without a reason',
      pod({ containerStatuses: [container('a', exited(3)), container('b', RUNNING)] }),
      'ExitCode:3',
    ],
    [
      'a signal without a reason',
      pod({ containerStatuses: [container('a', exited(137, undefined, 9)), container('b', RUNNING)] }),
      'Signal:9',
    ],
    ['a failed pod', pod({ phase: 'Failed', containerStatuses: [container('a', exited(2, 'Error'))] }), 'Error'],
    [
      'a pod of which one container completed and the rest is ready',
      pod({
        phase: 'Running',
        conditions: [is('Ready', 'True')],
        containerStatuses: [container('a', exited(0, 'Completed')), container('b', RUNNING)],
      }),
      'Running',
    ],
    [
      'a pod of which one container completed and that is not ready',
      pod({
        phase: 'Running',
        conditions: [is('Ready', 'False')],
        containerStatuses: [container('a', exited(0, 'Completed')), container('b', RUNNING)],
      }),
      'NotReady',
    ],
    [
      'a pod that is being deleted',
      pod({ phase: 'Running', containerStatuses: [container('a', RUNNING)] }, {}, { deletionTimestamp: 'x' }),
      'Terminating',
    ],
    [
      'a finished pod that is being deleted',
      pod(
        { phase: 'Succeeded', containerStatuses: [container('a', exited(0, 'Completed'))] },
        {},
        { deletionTimestamp: 'x' },
      ),
      'Completed',
    ],
    [
      'a pod being deleted on a lost node',
      pod({ phase: 'Running', reason: 'NodeLost' }, {}, { deletionTimestamp: 'x' }),
      'Unknown',
    ],
    [
      'init containers not begun',
      pod({ initContainerStatuses: [container('i1', waiting('PodInitializing'))] }, withInit),
      'Init:0/2',
    ],
    [
      'the second init container running',
      pod({ initContainerStatuses: [container('i1', exited(0, 'Completed')), container('i2', RUNNING)] }, withInit),
      'Init:1/2',
    ],
    [
      'a failed init container',
      pod({ initContainerStatuses: [container('i1', exited(1, 'Error'))] }, withInit),
      'Init:Error',
    ],
    [
      'a failed init container without a reason',
      pod({ initContainerStatuses: [container('i1', exited(4))] }, withInit),
      'Init:ExitCode:4',
    ],
    [
      'an init container ended by a signal',
      pod({ initContainerStatuses: [container('i1', exited(143, undefined, 15))] }, withInit),
      'Init:Signal:15',
    ],
    [
      'an init container that cannot be started',
      pod({ initContainerStatuses: [container('i1', waiting('ImagePullBackOff'))] }, withInit),
      'Init:ImagePullBackOff',
    ],
    [
      'main containers once initialised, whatever an init container says',
      pod(
        {
          conditions: [is('Initialized', 'True')],
          initContainerStatuses: [container('i1', waiting('PodInitializing'))],
          containerStatuses: [container('a', waiting('ErrImagePull'))],
        },
        withInit,
      ),
      'ErrImagePull',
    ],
    [
      'the init container after a started sidecar',
      pod(
        { initContainerStatuses: [container('side', RUNNING, { started: true }), container('i2', RUNNING)] },
        withSidecar,
      ),
      'Init:1/2',
    ],
  ];

  it.each(cases)('shows %s', (_what, value, expected) => {
    expect(computePodColumns(value, NOW).status).toBe(expected);
  });
});

describe('the READY column', () => {
  it('counts sidecars, also while the pod initialises', () => {
    const value = pod(
      { initContainerStatuses: [container('side', RUNNING, { started: true }), container('i2', RUNNING)] },
      withSidecar,
    );
    expect(computePodColumns(value, NOW).ready).toBe('1/3');
  });

  it('does not count main containers while the pod initialises', () => {
    const value = pod(
      {
        initContainerStatuses: [container('i1', RUNNING)],
        containerStatuses: [container('a', RUNNING), container('b', RUNNING)],
      },
      withInit,
    );
    expect(computePodColumns(value, NOW).ready).toBe('0/2');
  });
});

describe('the RESTARTS column', () => {
  it('adds up main containers and tells how long ago the last one ended', () => {
    const value = pod({
      containerStatuses: [
        container('a', RUNNING, restarted(2, '2026-01-01T00:50:00Z')),
        container('b', RUNNING, restarted(1, '2026-01-01T00:59:18Z')),
      ],
    });
    expect(computePodColumns(value, NOW).restarts).toBe('3 (42s ago)');
  });

  it('counts init containers while the pod initialises', () => {
    const value = pod(
      { initContainerStatuses: [container('i1', RUNNING, restarted(4, '2026-01-01T00:59:00Z'))] },
      withInit,
    );
    expect(computePodColumns(value, NOW).restarts).toBe('4 (60s ago)');
  });

  it('forgets init containers afterwards, but not sidecars', () => {
    const value = pod(
      {
        initContainerStatuses: [
          container('side', RUNNING, { started: true, restartCount: 1 }),
          container('i2', exited(0, 'Completed'), { restartCount: 5 }),
        ],
        containerStatuses: [container('a', RUNNING), container('b', RUNNING)],
      },
      withSidecar,
    );
    expect(computePodColumns(value, NOW).restarts).toBe('1');
  });
});
