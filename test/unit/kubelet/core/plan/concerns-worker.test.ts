import { expect, it } from '@jest/globals';
import type { ContainerState, ContainerStatus, Pod, PodSpec } from '../../../../../src/api/schema/pod.js';
import { concernsWorker } from '../../../../../src/kubelet/core/plan/concerns-worker.js';
import { aPod } from '../../../../support/builders.js';

const LABELS = { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } };
const labelled = (text: string, spec: Partial<PodSpec> = {}): Pod =>
  aPod(spec, { metadata: { labels: { text }, annotations: { text } } });
const gated = (status: 'True' | 'False', type = 'example.com/lb'): Pod =>
  aPod(
    { readinessGates: [{ conditionType: 'example.com/lb' }] },
    { status: { phase: 'Running', conditions: [{ type, status }] } },
  );
const inPhase = (phase: 'Running' | 'Failed', state: ContainerState): Pod =>
  aPod({}, { status: { phase, containerStatuses: [aStatus(state)] } });
const aStatus = (state: ContainerState): ContainerStatus => ({
  ...{ name: 'app', image: 'busybox:1', imageID: '', ready: false, restartCount: 0 },
  state,
});
const running = { running: { startedAt: '2026-01-01T00:00:00Z' } };
const ended = { terminated: { exitCode: 1, reason: 'Error' } };

it.each<[what: string, before: Pod, now: Pod, concerns: boolean]>([
  ['another generation', aPod({}, { metadata: { generation: 1 } }), aPod({}, { metadata: { generation: 2 } }), true],
  ['labels and annotations that nobody shows', labelled('old'), labelled('new'), false],
  [
    'those that a downwardAPI volume shows',
    labelled('old', { volumes: [{ name: 'info', downwardAPI: { items: [LABELS] } }] }),
    labelled('new', { volumes: [{ name: 'info', downwardAPI: { items: [LABELS] } }] }),
    true,
  ],
  [
    'those that a projected volume shows',
    labelled('old', { volumes: [{ name: 'all', projected: { sources: [{ downwardAPI: { items: [LABELS] } }] } }] }),
    labelled('new', { volumes: [{ name: 'all', projected: { sources: [{ downwardAPI: { items: [LABELS] } }] } }] }),
    true,
  ],
  [
    'those beside a projected volume of something else',
    labelled('old', { volumes: [{ name: 'all', projected: { sources: [{ configMap: { name: 'a' } }] } }] }),
    labelled('new', { volumes: [{ name: 'all', projected: { sources: [{ configMap: { name: 'a' } }] } }] }),
    false,
  ],
  ['a condition that readiness waits for', gated('False'), gated('True'), true],
  ['the same condition again', gated('True'), gated('True'), false],
  ['an end that somebody else decided on', inPhase('Running', running), inPhase('Failed', running), true],
  ['the same end again', inPhase('Failed', running), inPhase('Failed', running), false],
  ['an end that the worker has seen', inPhase('Running', running), inPhase('Failed', ended), false],
  ['a condition that it does not wait for', gated('False', 'Ready'), gated('True', 'Ready'), false],
])('%s', (_, before, now, concerns) => {
  expect(concernsWorker(before, now)).toBe(concerns);
});
