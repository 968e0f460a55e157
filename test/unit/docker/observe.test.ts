import { describe, expect, it } from '@jest/globals';
import type Docker from 'dockerode';
import type { ParsedContainerLabels } from '../../../src/docker/labels.js';
import { parseTime, sandboxInstance, toObservedContainer, toObservedSandbox } from '../../../src/docker/observe.js';

type Inspected = Docker.ContainerInspectInfo;
const ZERO = '0001-01-01T00:00:00Z';
const CREATED = '2026-01-02T03:04:05.000000001Z';
const STARTED = '2026-01-02T03:04:06.123456789Z';
const FINISHED = '2026-01-02T03:04:07.5Z';

const inspected = (state: Partial<Inspected['State']>, rest: Partial<Inspected> = {}): Inspected =>
  ({
    Id: 'a'.repeat(64),
    Created: CREATED,
    Image: 'sha256:1234',
    State: {
      Status: 'running',
      Running: true,
      Paused: false,
      Restarting: false,
      OOMKilled: false,
      Dead: false,
      Pid: 42,
      ExitCode: 0,
      Error: '',
      StartedAt: STARTED,
      FinishedAt: ZERO,
      ...state,
    },
    HostConfig: { NetworkMode: 'kubelette' },
    NetworkSettings: { Networks: {} },
    ...rest,
  }) as Inspected;

const labels: ParsedContainerLabels = {
  role: 'container',
  pod: { uid: 'u', namespace: 'n', name: 'p' },
  name: 'app',
  kind: 'app',
  attempt: 1,
  specHash: 'h',
  backoffMs: 0,
  sandboxInstance: 's@1',
  image: 'nginx',
};
const stopped = { Running: false, Pid: 0 };
const time = (text: string): number => Date.parse(text);

describe('a container of the engine is observed', () => {
  it.each<[string, Partial<Inspected['State']>, object]>([
    ['running', {}, { state: 'running', paused: false, startedAt: time(STARTED), pid: 42 }],
    ['running when it is paused', { Status: 'paused', Paused: true }, { state: 'running', paused: true, pid: 42 }],
    [
      'exited with its code and times',
      { ...stopped, Status: 'exited', ExitCode: 3, FinishedAt: FINISHED },
      { state: 'exited', exitCode: 3, startedAt: time(STARTED), finishedAt: time(FINISHED), pid: 0 },
    ],
    [
      'exited, never before it started',
      { ...stopped, Status: 'exited', FinishedAt: '2026-01-02T03:04:06.1Z' },
      { state: 'exited', startedAt: time(STARTED), finishedAt: time(STARTED) },
    ],
    [
      'created while it was never started',
      { ...stopped, Status: 'created', StartedAt: ZERO },
      { state: 'created', startedAt: undefined, exitCode: undefined, finishedAt: undefined },
    ],
    [
      'exited at its creation when the start failed',
      { ...stopped, Status: 'created', StartedAt: ZERO, ExitCode: 127, Error: 'no such file' },
      { state: 'exited', exitCode: 127, startedAt: undefined, finishedAt: time(CREATED), engineError: 'no such file' },
    ],
    ['unknown when the engine calls it dead', { ...stopped, Status: 'dead', Dead: true }, { state: 'unknown' }],
    [
      'unknown while it is being removed',
      { ...stopped, Status: 'removing' },
      { state: 'unknown', startedAt: time(STARTED), exitCode: undefined },
    ],
    [
      'killed for memory, with its own exit code',
      { ...stopped, Status: 'exited', OOMKilled: true, ExitCode: 0, FinishedAt: FINISHED },
      { oomKilled: true, exitCode: 0 },
    ],
  ])('as %s', (_what, state, expected) => {
    const observed = toObservedContainer(inspected(state), labels, undefined);
    expect(observed).toMatchObject(
      Object.fromEntries(Object.entries(expected).filter(([, value]) => value !== undefined)),
    );
    for (const [key, value] of Object.entries(expected))
      if (value === undefined) expect(observed).not.toHaveProperty(key);
  });

  it('with the first tag and digest of its image, else what it was made from', () => {
    const image = { tags: ['nginx:1', 'nginx:2'], digests: ['nginx@sha256:9'] };
    expect(toObservedContainer(inspected({}), labels, image)).toMatchObject({
      image: 'nginx:1',
      imageId: 'docker-pullable://nginx@sha256:9',
    });
    for (const nothing of [undefined, { tags: [], digests: [] }]) {
      expect(toObservedContainer(inspected({}), labels, nothing)).toMatchObject({
        image: 'nginx',
        imageId: 'docker://sha256:1234',
      });
    }
  });
});

describe('a sandbox is observed', () => {
  const sandbox = { role: 'sandbox', pod: labels.pod, attempt: 2, specHash: 'h' } as const;
  const network = (IPAddress: string, GlobalIPv6Address: string): Inspected['NetworkSettings'] =>
    ({ Networks: { kubelette: { IPAddress, GlobalIPv6Address } } }) as unknown as Inspected['NetworkSettings'];

  it('ready with its addresses, IPv4 first', () => {
    const NetworkSettings = network('172.18.0.2', 'fd00::2');
    expect(toObservedSandbox(inspected({}, { NetworkSettings }), sandbox)).toMatchObject({
      ready: true,
      created: false,
      hostNetwork: false,
      attempt: 2,
      ips: ['172.18.0.2', 'fd00::2'],
      startedAt: time(STARTED),
    });
  });

  it('without addresses when it is dead', () => {
    const dead = inspected({ ...stopped, Status: 'exited' }, { NetworkSettings: network('172.18.0.2', '') });
    expect(toObservedSandbox(dead, sandbox)).toMatchObject({ ready: false, ips: [], pid: 0 });
  });

  it('as created while it was never started', () => {
    const fresh = inspected({ ...stopped, Status: 'created', StartedAt: ZERO });
    const observed = toObservedSandbox(fresh, sandbox);
    expect(observed).toMatchObject({ ready: false, created: true });
    expect(observed).not.toHaveProperty('startedAt');
  });

  it('as another instance after another start', () => {
    const first = sandboxInstance(inspected({}));
    expect(first).toBe(`aaaaaaaaaaaa@${STARTED}`);
    expect(sandboxInstance(inspected({ StartedAt: FINISHED }))).not.toBe(first);
  });

  it('on the host network without addresses of its own', () => {
    const host = inspected({}, { HostConfig: { NetworkMode: 'host' }, NetworkSettings: network('', '') });
    expect(toObservedSandbox(host, sandbox)).toMatchObject({ hostNetwork: true, ips: [] });
  });
});

describe('parseTime', () => {
  it('knows the zero time and odd fractions', () => {
    expect(parseTime(ZERO)).toBeUndefined();
    expect(parseTime('')).toBeUndefined();
    expect(parseTime('nonsense')).toBeUndefined();
    expect(parseTime('2026-01-02T03:04:05.1234Z')).toBe(Date.UTC(2026, 0, 2, 3, 4, 5, 123));
  });
});
