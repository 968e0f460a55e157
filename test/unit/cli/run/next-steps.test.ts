import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../../src/api/schema/pod.js';
import { nextSteps, programName } from '../../../../src/cli/run/next-steps.js';
import { podOf } from '../../../support/fake-agent.js';

const running = (pod: Pod): Pod => ({ ...pod, status: { phase: 'Running', podIP: '172.20.0.2' } });
const withPort = (pod: Pod, containerPort: number, name?: string): Pod => ({
  ...pod,
  spec: {
    containers: [
      { name: 'web', image: 'nginx:1', ports: [name === undefined ? { containerPort } : { containerPort, name }] },
    ],
  },
});

describe('nextSteps', () => {
  it('proves namespaces on a pod with several containers and asks a pod that serves', () => {
    const pods = [running(withPort(podOf('web'), 80)), running(podOf('two', ['a', 'b']))];
    expect(nextSteps(pods, 'kubelette')).toEqual([
      'kubelette namespaces two',
      'docker ps --filter label=io.kubernetes.pod.name=two',
      'curl http://172.20.0.2/',
    ]);
  });

  it('names namespace and port where they are not the usual ones', () => {
    const pod = running(withPort(podOf('web'), 8080, 'http'));
    const elsewhere = { ...pod, metadata: { ...pod.metadata, namespace: 'shop' } };
    expect(nextSteps([elsewhere], 'kubelette')).toEqual([
      'kubelette namespaces web -n shop',
      'docker ps --filter label=io.kubernetes.pod.name=web',
      'curl http://172.20.0.2:8080/',
    ]);
  });

  it('leaves out what no pod can show', () => {
    expect(nextSteps([podOf('pending')], 'kubelette')).toEqual([]);
    expect(nextSteps([running(podOf('one'))], 'kubelette')).toHaveLength(2);
  });
});

describe('programName', () => {
  it.each([
    ['/repo/dist/cli.cjs', '/repo', 'node dist/cli.cjs'],
    ['/repo/dist/cli.cjs', '/elsewhere', 'node /repo/dist/cli.cjs'],
    ['/usr/bin/kubelette', '/repo', 'kubelette'],
    [undefined, '/repo', 'kubelette'],
  ])('of %s in %s is %s', (script, cwd, name) => {
    expect(programName(script, cwd)).toBe(name);
  });
});
