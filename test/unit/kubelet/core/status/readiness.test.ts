import { describe, expect, it } from '@jest/globals';
import type { Container, ContainerStatus } from '../../../../../src/api/schema/pod.js';
import type { ProbeSnapshot } from '../../../../../src/kubelet/core/probes/probe-state.js';
import { isReady, isStarted } from '../../../../../src/kubelet/core/status/readiness.js';
import type { ObservedContainer } from '../../../../../src/runtime/observed.js';
import { aContainer, anInstance, ended } from '../../../../support/builders.js';

const probe = { exec: { command: ['true'] } };
const plain = aContainer('app');
const readiness = aContainer('app', { readinessProbe: probe });
const startup = aContainer('app', { startupProbe: probe });
const both = aContainer('app', { startupProbe: probe, readinessProbe: probe });

const results = (of: Record<string, 'success' | 'failure'>): ProbeSnapshot => new Map([['app-0', of]]);
const published = (changes: Partial<ContainerStatus> = {}): ContainerStatus => ({
  name: 'app',
  image: 'busybox:1',
  imageID: '',
  containerID: 'docker://app-0',
  restartCount: 0,
  ready: true,
  started: true,
  state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
  ...changes,
});

describe('started and ready', () => {
  const runs = anInstance('app');
  const cases: [
    what: string,
    spec: Container,
    newest: ObservedContainer | undefined,
    probes: ProbeSnapshot | undefined,
    stored: ContainerStatus | undefined,
    verdict: string,
  ][] = [
    ['nothing without an instance', plain, undefined, results({}), published(), ''],
    ['nothing when it ended', plain, anInstance('app', ended(0)), results({}), published(), ''],
    [
      'nothing while the engine removes it',
      plain,
      anInstance('app', { state: 'unknown' }),
      results({}),
      published(),
      '',
    ],
    ['both without probes', plain, runs, results({}), undefined, 'started ready'],
    ['both when nobody probes', both, runs, undefined, undefined, 'started ready'],
    ['started before the first readiness result', readiness, runs, results({}), undefined, 'started'],
    ['both after readiness succeeded', readiness, runs, results({ readiness: 'success' }), undefined, 'started ready'],
    ['started after readiness failed', readiness, runs, results({ readiness: 'failure' }), published(), 'started'],
    ['nothing before the first startup result', startup, runs, results({}), undefined, ''],
    ['nothing after startup failed', startup, runs, results({ startup: 'failure' }), published(), ''],
    ['both after startup succeeded', startup, runs, results({ startup: 'success' }), undefined, 'started ready'],
    ['readiness too, once started', both, runs, results({ startup: 'success' }), undefined, 'started'],
    ['nothing of readiness without startup', both, runs, results({ readiness: 'success' }), undefined, ''],
    ['what was published of this instance', both, runs, results({}), published(), 'started ready'],
    ['that it was not ready', both, runs, results({}), published({ ready: false }), 'started'],
    ['nothing of another instance', both, runs, results({}), published({ containerID: 'docker://app-1' }), ''],
    [
      'nothing of an earlier start of this container',
      both,
      runs,
      results({}),
      published({ state: { running: { startedAt: '2025-12-31T23:00:00Z' } } }),
      '',
    ],
    [
      'results of another instance do not count',
      readiness,
      anInstance('app', { attempt: 1 }),
      results({ readiness: 'success' }),
      undefined,
      'started',
    ],
  ];
  it.each(cases)('is %s', (_what, spec, newest, probes, stored, verdict) => {
    const judged = { spec, newest, stored };
    const words = [isStarted(judged, probes) ? 'started' : '', isReady(judged, probes) ? 'ready' : ''];
    expect(words.join(' ').trim()).toBe(verdict);
  });
});
