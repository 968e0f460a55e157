import { beforeEach, describe, expect, it } from '@jest/globals';
import { PodGate } from '../../../src/kubelet/pod-gate.js';
import type { PodSecurityLevel } from '../../../src/api/pod-security/evaluate.js';
import type { Logger } from '../../../src/lib/logger.js';
import { silentLogger } from '../../../src/lib/logger.js';
import { MemoryStore } from '../../../src/store/memory-store.js';
import { aContainer, aPod } from '../../support/builders.js';
import { FakeClock } from '../../support/fake-clock.js';

const clock = new FakeClock();
let store: MemoryStore;
let noted: unknown[];

const gate = (podSecurity: PodSecurityLevel): PodGate => {
  const logger = { ...silentLogger, info: (fields: unknown) => void noted.push(fields) } as unknown as Logger;
  return new PodGate({ store, nodeName: 'node-a', podSecurity, clock, logger });
};
const label = (mode: string, level: string): void =>
  void store.create({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'default', labels: { [`pod-security.kubernetes.io/${mode}`]: level } },
  });
const VIOLATING = aPod({ hostPID: true });

beforeEach(() => {
  store = new MemoryStore({ clock, historyLimit: 10, revision: 0, objects: [] });
  noted = [];
});

describe('the gate', () => {
  it('lets everything in by default, pending and on this node', () => {
    const pod = gate('privileged').admit(VIOLATING, 'uid-7');
    expect(pod).toMatchObject({
      metadata: { uid: 'uid-7' },
      spec: { nodeName: 'node-a' },
      status: { phase: 'Pending' },
    });
  });

  it("refuses what violates the node's level", () => {
    expect(() => gate('baseline').admit(VIOLATING)).toThrow(
      expect.objectContaining({
        code: 'Forbidden',
        message: 'pods "web" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostPID=true)',
        details: { name: 'web', kind: 'pods' },
      }),
    );
  });

  it('goes by the labels of the namespace first', () => {
    label('enforce', 'privileged');
    expect(gate('restricted').admit(VIOLATING).metadata.name).toBe('web');
  });

  it('warns and notes without refusing', () => {
    label('warn', 'baseline');
    expect(gate('privileged').warnings(VIOLATING)).toEqual([
      'would violate PodSecurity "baseline:latest": host namespaces (hostPID=true)',
    ]);
    expect(gate('privileged').warnings(aPod())).toEqual([]);
    expect(noted).toEqual([]);
  });

  it('warns of limits that nothing enforces', () => {
    const resources = { limits: { 'ephemeral-storage': '1Gi' } };
    expect(gate('privileged').warnings(aPod({ containers: [aContainer('app', { resources })] }))).toEqual([
      'spec.containers[0].resources.limits[ephemeral-storage] is not enforced',
    ]);
  });

  it('warns of variables that hide others of their name, unless they are made of them', () => {
    const env = [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
      { name: 'A', value: '3' },
      { name: 'B', value: '$(B)3' },
    ];
    expect(gate('privileged').warnings(aPod({ containers: [aContainer('app', { env })] }))).toEqual([
      'spec.containers[0].env[2]: hides previous definition of "A", which may be dropped when using apply',
    ]);
  });

  it('notes violations of the audit level in the log', () => {
    label('audit', 'baseline');
    gate('privileged').admit(VIOLATING);
    expect(noted).toEqual([
      {
        pod: 'default/web',
        violation: 'would violate PodSecurity "baseline:latest": host namespaces (hostPID=true)',
      },
    ]);
  });

  it('judges other images and new ephemeral containers, but no other change', () => {
    const strict = gate('baseline');
    const other = { ...VIOLATING, metadata: { ...VIOLATING.metadata, labels: { a: 'b' } } };
    expect(() => strict.checkUpdate(other, VIOLATING)).not.toThrow();
    const image = aPod({ hostPID: true, containers: [aContainer('app', { image: 'busybox:2' })] });
    expect(() => strict.checkUpdate(image, VIOLATING)).toThrow(/violates PodSecurity/);
    const debug = { ...aContainer('debug'), securityContext: { privileged: true } };
    expect(() => strict.checkUpdate(aPod({ ephemeralContainers: [debug] }), aPod())).toThrow(/container "debug"/);
  });
});
