import { describe, expect, it } from '@jest/globals';
import type { Pod, PodStatus } from '../../../../src/api/schema/pod.js';
import { renderTableFrame, type TableModel } from '../../../../src/cli/run/table-frame.js';
import { podOf } from '../../../support/fake-agent.js';

const NOW = Date.parse('2026-01-01T00:00:05Z');
const pod = (name: string, status: PodStatus, containers?: readonly string[]): Pod => {
  const plain = podOf(name, containers);
  return { ...plain, metadata: { ...plain.metadata, creationTimestamp: '2026-01-01T00:00:00Z' }, status };
};
const READY: PodStatus = { phase: 'Running', podIP: '10.1.0.2', conditions: [{ type: 'Ready', status: 'True' }] };

const plain = (_style: unknown, text: string): string => text;
const frame = (model: Partial<TableModel>): string =>
  renderTableFrame(
    { title: 'node vm', pods: [], nowMs: NOW, stage: 'running', program: 'kubelette', ...model },
    plain,
  ).join('\n');

describe('renderTableFrame', () => {
  it('shows the pods while they start', () => {
    expect(frame({ pods: [pod('web', { phase: 'Pending' })] })).toBe(
      [
        'node vm',
        '',
        'NAME   READY   STATUS    RESTARTS   AGE   IP',
        'web    0/1     Pending   0          5s    <none>',
        '',
        'Starting. Ctrl-C removes everything.',
      ].join('\n'),
    );
  });

  it('says when all are up and what to try next', () => {
    expect(frame({ pods: [pod('web', READY, ['a', 'b'])], settledAfterMs: 6_340 })).toContain(
      [
        'Up after 6.3 s: 1 pod ready.',
        '',
        'Try next, in another terminal:',
        '  kubelette namespaces web',
        '  docker ps --filter label=io.kubernetes.pod.name=web',
        '',
        'Ctrl-C removes everything.',
      ].join('\n'),
    );
  });

  it('shows what the agent complains about, without what would upset a terminal', () => {
    expect(frame({ note: 'engine does not answer\u001b[2J' })).toContain('\nengine does not answer^[[2J\n');
  });

  it('shows images that are being pulled, and how far they are', () => {
    const pulls = [
      { image: 'nginx:1', text: '3 of 5 layers, 12.4 MB of 30.1 MB' },
      { image: 'redis:7', text: '' },
    ];
    expect(frame({ pulls })).toContain(
      '\n\npulling nginx:1: 3 of 5 layers, 12.4 MB of 30.1 MB\npulling redis:7\n\nStarting.',
    );
  });

  it('tells that it is cleaning up', () => {
    expect(frame({ stage: 'stopping', settledAfterMs: 1 })).toContain('Removing the pods');
  });
});
