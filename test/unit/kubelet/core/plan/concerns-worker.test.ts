import { expect, it } from '@jest/globals';
import type { Pod, PodSpec } from '../../../../../src/api/schema/pod.js';
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
  ['a condition that it does not wait for', gated('False', 'Ready'), gated('True', 'Ready'), false],
])('%s', (_, before, now, concerns) => {
  expect(concernsWorker(before, now)).toBe(concerns);
});
