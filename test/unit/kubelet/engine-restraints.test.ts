import { beforeEach, describe, expect, it } from '@jest/globals';
import { EngineRestraints } from '../../../src/kubelet/engine-restraints.js';
import { KubeletteError } from '../../../src/lib/errors.js';
import type { ContainerRuntime } from '../../../src/runtime/runtime.js';
import type { ContainerSpec } from '../../../src/runtime/specs.js';
import { containerSpec } from '../../support/specs.js';

const { signal } = new AbortController();
const LEFT_OUT = 'oom_score_adj -997 is left out: the Docker engine has no right to set it (CAP_SYS_RESOURCE)';
const EOF = "runc create failed: unable to start container process: can't get final child's PID from pipe: EOF";

const spec = (oomScoreAdj: number, more: Partial<ContainerSpec> = {}): ContainerSpec =>
  containerSpec(
    {
      pod: { uid: 'u', namespace: 'd', name: 'web' },
      sandbox: { id: 's', instance: 's@1' },
      image: 'busybox:1',
      imageId: 'sha256:1',
    },
    { resources: { oomScoreAdj, cpuShares: 2 }, ...more },
  );

let done: string[];
let told: string[];
let refusal: KubeletteError | undefined;

/** Refuses to start what was created with a low score. */
const runtime = {
  createContainer: async ({ resources }: ContainerSpec) => {
    done.push(`create ${resources.oomScoreAdj ?? 'without'}`);
    return 'second';
  },
  startContainer: async (id: string) => {
    done.push(`start ${id}`);
    if (id === 'first' && refusal !== undefined) throw refusal;
  },
  removeContainer: async (id: string) => void done.push(`remove ${id}`),
} as unknown as ContainerRuntime;
const tell = (what: string): void => void told.push(what);

beforeEach(() => {
  done = [];
  told = [];
  refusal = new KubeletteError('Internal', EOF);
});

describe('an engine that may not lower the OOM score', () => {
  it('starts the container without, and the user is told', async () => {
    expect(await new EngineRestraints(runtime).start('first', spec(-997), tell, signal)).toBe('second');
    expect(done).toEqual(['start first', 'remove first', 'create without', 'start second']);
    expect(told).toEqual([LEFT_OUT]);
  });

  it('is not asked again', async () => {
    const restraints = new EngineRestraints(runtime);
    await restraints.start('first', spec(-997), tell, signal);
    expect(restraints.adapt(spec(-997), tell).resources).toEqual({ cpuShares: 2 });
    expect(told).toEqual([LEFT_OUT, LEFT_OUT]);
    expect(restraints.adapt(spec(999), tell)).toEqual(spec(999));
  });

  it.each([
    ['a score that any engine can set', spec(999), new KubeletteError('Internal', EOF)],
    ['another failure', spec(-997), new KubeletteError('Invalid', 'exec: "nope": not found')],
    ['an engine that is away', spec(-997), new KubeletteError('Unavailable', EOF)],
  ])('has nothing to do with %s', async (_what, container, error) => {
    refusal = error;
    const restraints = new EngineRestraints(runtime);
    await expect(restraints.start('first', container, tell, signal)).rejects.toBe(error);
    expect(done).toEqual(['start first']);
    expect(restraints.adapt(spec(-997), tell)).toEqual(spec(-997));
  });
});

describe('an engine that lacks capabilities', () => {
  const words = 'runc create failed: unable to apply caps: operation not permitted';
  const { security } = spec(0);

  it.each<[string, ContainerSpec['security'], string]>([
    ['privileged containers', { ...security, privileged: true }, 'privileged: true'],
    ['capabilities', { ...security, capAdd: ['SYS_RESOURCE', 'CHOWN'] }, 'capabilities.add: [SYS_RESOURCE, CHOWN]'],
  ])('is named as the reason why %s do not start', (_what, asked, text) => {
    expect(new EngineRestraints(runtime).explain(spec(0, { security: asked }), words)).toBe(
      `the Docker engine itself lacks capabilities that the container asks for (${text}): ${words}`,
    );
  });

  it('is not blamed for anything else', () => {
    expect(new EngineRestraints(runtime).explain(spec(0), 'no such file')).toBe('no such file');
  });
});
