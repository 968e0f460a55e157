import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { containerHash } from '../../../../../src/api/hash.js';
import type { Container, Pod, PodSpec } from '../../../../../src/api/schema/pod.js';
import { buildContainerSpec, type ContainerSpecInput } from '../../../../../src/kubelet/core/spec/container-spec.js';
import type { ContainerSpec } from '../../../../../src/runtime/specs.js';
import { aContainer, aPod, configOf } from '../../../../support/builders.js';

const input = (pod: Pod, container: Container, changes: Partial<ContainerSpecInput> = {}): ContainerSpecInput => ({
  pod,
  container,
  kind: 'app',
  attempt: 0,
  backoffMs: 0,
  sandbox: { id: 'sandbox-0', instance: 'sandbox-0@1' },
  image: { id: 'sha256:1', sizeBytes: 1, user: '' },
  allocatable: { cpu: '2', memory: '4Gi' },
  config: configOf(),
  ...changes,
});
const build = (
  container: Partial<Container>,
  spec: Partial<PodSpec> = {},
  changes: Partial<ContainerSpecInput> = {},
): ContainerSpec => {
  const made = aContainer('app', container);
  return buildContainerSpec(input(aPod({ containers: [made], ...spec }), made, changes));
};

describe('container spec', () => {
  it('of a plain container', () => {
    expect(build({}, {}, { attempt: 2, backoffMs: 20_000 })).toEqual({
      pod: { uid: 'uid-1', namespace: 'default', name: 'web' },
      name: 'app',
      kind: 'app',
      attempt: 2,
      specHash: containerHash(aContainer('app')),
      backoffMs: 20_000,
      sandbox: { id: 'sandbox-0', instance: 'sandbox-0@1' },
      image: 'busybox:1',
      imageId: 'sha256:1',
      env: [],
      mounts: [],
      stdin: false,
      stdinOnce: false,
      tty: false,
      hostNetwork: false,
      pid: 'own',
      security: {
        groups: [],
        privileged: false,
        readOnlyRootfs: false,
        noNewPrivileges: false,
        capAdd: [],
        capDrop: [],
        seccomp: 'unconfined',
      },
      resources: { cpuShares: 2, oomScoreAdj: 1000 },
    });
  });

  it.each<[string, Partial<Container>, Partial<PodSpec>, Partial<ContainerSpec>]>([
    ['stdin', { stdin: true, stdinOnce: true, tty: true }, {}, { stdin: true, stdinOnce: true, tty: true }],
    ['the working directory', { workingDir: '/srv' }, {}, { workingDir: '/srv' }],
    ['the host network', {}, { hostNetwork: true }, { hostNetwork: true }],
    ["the sandbox's PID namespace", {}, { shareProcessNamespace: true }, { pid: 'sandbox' }],
    ["the host's PID namespace", {}, { hostPID: true }, { pid: 'host' }],
    [
      'resources',
      { resources: { limits: { cpu: '1', memory: '64Mi' } } },
      {},
      { resources: { cpuShares: 1024, cpuPeriodUs: 100_000, cpuQuotaUs: 100_000, memoryBytes: 67_108_864 } },
    ],
    [
      'volumes',
      { volumeMounts: [{ name: 'v', mountPath: '/v' }] },
      { volumes: [{ name: 'v', emptyDir: {} }] },
      { mounts: [{ type: 'volume', volume: 'kubelette_v_uid-1', target: '/v', readOnly: false }] },
    ],
  ])('carries %s', (_what, container, spec, wanted) => {
    expect(build(container, spec)).toMatchObject(wanted);
  });

  it('takes the user of the image into account', () => {
    const image = { id: 'sha256:1', sizeBytes: 1, user: 'nginx' };
    expect(build({}, { securityContext: { runAsGroup: 5 } }, { image }).security.user).toBe('nginx:5');
    expect(() => build({}, { securityContext: { runAsNonRoot: true } }, { image })).toThrow('non-numeric user (nginx)');
  });
});

describe('command and arguments', () => {
  it.each<[string, Partial<Container>, Partial<ContainerSpec>]>([
    ["leave the image's alone when neither is given", {}, {}],
    ['replace the entrypoint alone', { command: ['/run'] }, { command: ['/run'] }],
    ["replace the image's arguments alone", { args: ['-v'] }, { args: ['-v'] }],
    ['replace both', { command: ['/run'], args: ['-v'] }, { command: ['/run'], args: ['-v'] }],
    ['count as not given when empty', { command: [], args: [] }, {}],
    [
      'use the finished environment',
      {
        command: ['echo', '$(B)'],
        args: ['$(A)-$(NONE)', '$$(A)', '$A'],
        env: [
          { name: 'A', value: '$(B)' },
          { name: 'B', value: 'b' },
          { name: 'A', value: 'a$(B)' },
        ],
      },
      { command: ['echo', 'b'], args: ['ab-$(NONE)', '$(A)', '$A'] },
    ],
  ])('%s', (_what, container, wanted) => {
    const { command, args } = build(container);
    expect({ command, args }).toEqual({ command: undefined, args: undefined, ...wanted });
  });

  it('leave an empty working directory to the image', () => {
    expect(Object.keys(build({ workingDir: '' }))).not.toContain('workingDir');
  });
});

describe('termination message file', () => {
  const bind = (target: string): unknown => ({
    type: 'bind',
    source: '/data/0',
    target,
    readOnly: false,
    createSource: false,
    propagation: 'rprivate',
  });

  it('is mounted at its path, after the volumes', () => {
    const container = {
      terminationMessagePath: '/dev/termination-log',
      volumeMounts: [{ name: 'v', mountPath: '/v' }],
    };
    const { mounts } = build(container, { volumes: [{ name: 'v', emptyDir: {} }] }, { terminationFile: '/data/0' });
    expect(mounts.map(({ target }) => target)).toEqual(['/v', '/dev/termination-log']);
    expect(mounts[1]).toEqual(bind('/dev/termination-log'));
  });

  it('is not mounted without a path or where the engine cannot see it', () => {
    expect(build({ terminationMessagePath: '' }, {}, { terminationFile: '/data/0' }).mounts).toEqual([]);
    expect(build({ terminationMessagePath: '/dev/termination-log' }).mounts).toEqual([]);
  });
});

describe('a restarted container', () => {
  const name = fc.constantFrom('A', 'B', 'C', 'PATH');
  const text = fc.string({ unit: fc.constantFrom('$', '(', ')', 'A', 'B', '/', ' ', 'x') });
  const texts = fc.array(text, { maxLength: 3 });
  const uid = fc.integer({ min: 1, max: 70_000 });
  const anyContainer = fc.record(
    {
      command: texts,
      args: texts,
      workingDir: text,
      env: fc.array(fc.record({ name, value: text }), { maxLength: 5 }),
      stdin: fc.boolean(),
      tty: fc.boolean(),
      volumeMounts: fc.array(
        fc.record({ name: fc.constantFrom('v', 'h'), mountPath: fc.constant('/m'), readOnly: fc.boolean() }),
        { maxLength: 2 },
      ),
      resources: fc.record({ limits: fc.constantFrom({}, { cpu: '1500m' }, { memory: '64Mi', cpu: '1m' }) }),
      securityContext: fc.record(
        { runAsUser: uid, privileged: fc.boolean(), capabilities: fc.constant({ add: ['CAP_KILL'] }) },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  );
  const anyPod = fc.record(
    {
      hostNetwork: fc.boolean(),
      hostPID: fc.boolean(),
      shareProcessNamespace: fc.boolean(),
      securityContext: fc.record({ runAsUser: uid, runAsNonRoot: fc.boolean(), fsGroup: uid }),
    },
    { requiredKeys: ['securityContext'] },
  );

  it('is made exactly as the first one was: only attempt and back-off differ', () => {
    fc.assert(
      fc.property(
        anyContainer,
        anyPod,
        fc.integer({ min: 1, max: 1_000 }),
        fc.nat(300_000),
        (container, spec, attempt, backoffMs) => {
          // fast-check's types call an absent field undefined.
          const made = { ...aContainer('app'), ...container } as Container;
          const volumes = [
            { name: 'v', emptyDir: {} },
            { name: 'h', hostPath: { path: '/srv' } },
          ];
          const pod = aPod({ containers: [made], volumes, ...spec });
          const before = structuredClone({ pod, made });
          const first = buildContainerSpec(input(pod, made));
          const later = buildContainerSpec(input(pod, made, { attempt, backoffMs }));
          expect(later).toEqual({ ...first, attempt, backoffMs });
          // Nothing of the first call is left in what the second one read.
          expect({ pod, made }).toEqual(before);
        },
      ),
      { numRuns: 300 },
    );
  });
});
