import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ContainerStatus, Pod } from '../../../src/api/schema/pod.js';
import { KubeletteError } from '../../../src/lib/errors.js';
import { aContainer } from '../../support/builders.js';
import { PodWorld } from '../../support/pod-world.js';

let world: PodWorld;

beforeEach(async () => {
  world = new PodWorld();
  await world.start();
});

const phase = (uid = 'web'): string | undefined => world.pod(uid)?.status?.phase;
const condition = (type: string): string | undefined =>
  world.pod('web')?.status?.conditions?.find((other) => other.type === type)?.status;
function status(name = 'app'): ContainerStatus {
  const { containerStatuses = [], initContainerStatuses = [] } = world.pod('web')?.status ?? { phase: '' };
  const found = [...initContainerStatuses, ...containerStatuses].find((other) => other.name === name);
  if (found === undefined) throw new Error(`no status of ${name}`);
  return found;
}
const waiting = (name?: string): unknown => status(name).state?.waiting;

describe('a pod', () => {
  it('comes up: sandbox, container, status and events', async () => {
    await world.add('web');
    expect(world.containers()).toEqual(['POD/0 running', 'app/0 running']);
    expect(world.pod('web')?.status).toMatchObject({
      phase: 'Running',
      podIP: expect.stringMatching(/^10\.0\.0\./),
      hostIP: '192.0.2.1',
      qosClass: 'BestEffort',
      containerStatuses: [{ name: 'app', ready: true, started: true, restartCount: 0 }],
    });
    expect(condition('Ready')).toBe('True');
    expect(world.events.take()).toEqual([
      'Normal Pulled Container image "busybox:1" already present on machine',
      'Normal Created Created container: app',
      'Normal Started Started container app',
    ]);
  });

  it('that is pulled for comes up when the pull has ended, also with two containers of one image', async () => {
    world.engine.addImage('remote:1', 'registry');
    await world.add('web', {
      containers: [aContainer('one', { image: 'remote:1' }), aContainer('two', { image: 'remote:1' })],
    });
    expect(world.containers()).toEqual(['POD/0 running', 'one/0 running', 'two/0 running']);
    expect(world.life.runtime.calls.filter(({ verb }) => verb === 'images.pull')).toHaveLength(1);
  });

  it('runs its init containers one after the other, then the others', async () => {
    world.engine.behaviours.set('first', { exitAfterMs: 2_000 }).set('second', { exitAfterMs: 3_000 });
    await world.add('web', {
      initContainers: [aContainer('first'), aContainer('proxy', { restartPolicy: 'Always' }), aContainer('second')],
      containers: [aContainer('app'), aContainer('helper')],
    });
    expect([phase(), condition('Initialized'), waiting('app')]).toEqual([
      'Pending',
      'False',
      { reason: 'PodInitializing' },
    ]);
    await world.clock.advance(10_000);
    expect(world.course('web', 'start', 'die')).toEqual([
      'start POD/0',
      'start first/0',
      'die first/0',
      'start proxy/0',
      'start second/0',
      'die second/0',
      'start app/0',
      'start helper/0',
    ]);
    expect(world.startTimes('web', 'app')).toEqual([5]);
    expect([phase(), condition('Initialized')]).toEqual(['Running', 'True']);
  });

  it('repeats an init container that fails, with back-off, and starts nothing else meanwhile', async () => {
    world.engine.behaviours.set('setup', (attempt) => ({ exitAfterMs: 0, exitCode: attempt < 3 ? 1 : 0 }));
    await world.add('web', { initContainers: [aContainer('setup')] });
    await world.clock.advance(60_000);
    expect(world.startTimes('web', 'setup')).toEqual([0, 0, 10, 30]);
    expect(world.startTimes('web', 'app')).toEqual([30]);
    expect(status('setup')).toMatchObject({ ready: true, restartCount: 3, state: { terminated: { exitCode: 0 } } });
  });

  it('that may not restart succeeds, keeps its dead container and stops its sandbox', async () => {
    world.engine.behaviours.set('app', { exitAfterMs: 5_000 });
    await world.add('web', { restartPolicy: 'Never' });
    await world.clock.advance(6_000);
    expect(phase()).toBe('Succeeded');
    expect(world.containers()).toEqual(['POD/0 exited', 'app/0 exited']);
    expect(status()).toMatchObject({ ready: false, state: { terminated: { exitCode: 0, reason: 'Completed' } } });
    await world.clock.advance(3_600_000);
    expect(world.startTimes('web', 'app')).toEqual([0]);
  });

  it('stops its sidecars, last first, when its work is done', async () => {
    world.engine.behaviours.set('app', { exitAfterMs: 1_000, exitCode: 3 });
    const sidecar = (name: string) => aContainer(name, { restartPolicy: 'Always' });
    await world.add('web', { restartPolicy: 'Never', initContainers: [sidecar('one'), sidecar('two')] });
    await world.clock.advance(10_000);
    expect(world.course('web', 'die')).toEqual(['die app/0', 'die two/0', 'die one/0', 'die POD/0']);
    expect(phase()).toBe('Failed');
  });

  it('whose sandbox dies gets a new one, with its init containers again', async () => {
    world.engine.behaviours.set('setup', { exitAfterMs: 0 });
    await world.add('web', { initContainers: [aContainer('setup')] });
    world.events.take();
    world.engine.kill(world.running('web', 'POD').id);
    await world.clock.advance(20_000);
    expect(world.course('web', 'start').slice(-3)).toEqual(['start POD/1', 'start setup/1', 'start app/1']);
    expect(world.containers().filter((line) => line.endsWith('running'))).toEqual(['POD/1 running', 'app/1 running']);
    expect(world.events.take()).toContain(
      'Normal SandboxChanged Pod sandbox changed, it will be killed and re-created.',
    );
    expect(status()).toMatchObject({ restartCount: 1, ready: true });
  });

  it('gets a container back that somebody removed, counted as a restart', async () => {
    await world.add('web');
    world.engine.remove(world.running('web', 'app').id);
    await world.clock.advance(0);
    expect(world.containers()).toEqual(['POD/0 running', 'app/1 running']);
    expect(status()).toMatchObject({
      restartCount: 1,
      lastState: { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown' } },
    });
  });

  it('is ready as soon as others set what its readiness waits for', async () => {
    await world.add('web', { readinessGates: [{ conditionType: 'example.com/lb' }] });
    expect(condition('Ready')).toBe('False');
    const stored = world.pod('web');
    const others = { type: 'example.com/lb', status: 'True' as const };
    const conditions = [...(stored?.status?.conditions ?? []), others];
    if (stored?.status !== undefined) world.store.update({ ...stored, status: { ...stored.status, conditions } });
    await world.clock.advance(0);
    expect(condition('Ready')).toBe('True');
  });

  it('is not looked at when somebody annotates it', async () => {
    await world.add('web');
    const looks = jest.spyOn(world.life.runtime, 'inspectPod');
    const stored = world.pod('web');
    if (stored !== undefined)
      world.store.update({ ...stored, metadata: { ...stored.metadata, annotations: { note: 'seen' } } });
    await world.clock.advance(0);
    expect(looks).not.toHaveBeenCalled();
  });
});

describe('a crash loop', () => {
  const RESTARTS_AFTER = [0, 10, 20, 40, 80, 160, 300, 300];
  const pods = Array.from({ length: 100 }, (_, index) => `pod-${index}`);

  it('of a hundred pods at once: each restarts 0, 10, 20, 40, 80, 160, 300 and 300 s after it died', async () => {
    // Each runs for a time of its own, so that they come apart.
    const ranMs = (uid: string): number => Number(uid.slice(4)) * 97;
    world.engine.interpret = ({ pod }) => ({ exitAfterMs: ranMs(pod.uid), exitCode: 1 });
    for (const uid of pods) await world.add(uid);
    await world.clock.advance(1_500_000);
    for (const uid of pods) {
      const ends = world.history.filter((entry) => entry.uid === uid && entry.action === 'die' && entry.name === 'app');
      const starts = world.startTimes(uid, 'app').slice(1, 9);
      const waits = starts.map((at, index) => Math.round(at * 1_000 - (ends[index]?.at ?? NaN)) / 1_000);
      expect([uid, waits]).toEqual([uid, RESTARTS_AFTER]);
    }
  });

  it('says so: reason, message, events, and what came before', async () => {
    world.engine.behaviours.set('app', { exitAfterMs: 0, exitCode: 7 });
    await world.add('web');
    await world.clock.advance(15_000);
    expect(phase()).toBe('Running');
    expect(condition('Ready')).toBe('False');
    expect(status()).toMatchObject({
      ready: false,
      restartCount: 2,
      state: {
        waiting: {
          reason: 'CrashLoopBackOff',
          message: 'back-off 20s restarting failed container=app pod=web_default(web)',
        },
      },
      lastState: { terminated: { exitCode: 7, reason: 'Error' } },
    });
    expect(world.events.take()).toContain(
      'Warning BackOff Back-off restarting failed container app in pod web_default(web)',
    );
    // The one that died last, for its log and lastState, and no older ones.
    expect(world.containers()).toEqual(['POD/0 running', 'app/2 exited']);
    expect(world.logs.removed).toEqual(['app/0', 'app/1']);
  });

  it('shows how the container ended before it waits, and not again when the wait is over', async () => {
    world.engine.behaviours.set('app', { exitAfterMs: 2_000, exitCode: 1 });
    const shown: string[] = [];
    const follow = async (): Promise<void> => {
      for await (const { object } of world.store.watch<Pod>('Pod', '0', new AbortController().signal)) {
        const { running, terminated, waiting } = object.status?.containerStatuses?.[0]?.state ?? {};
        const state = waiting?.reason ?? terminated?.reason ?? (running === undefined ? '' : 'Running');
        if (state !== '' && state !== shown.at(-1)) shown.push(state);
      }
    };
    void follow();
    await world.add('web');
    await world.clock.advance(40_000);
    expect(shown.slice(0, 7)).toEqual([
      'ContainerCreating',
      ...['Running', 'Error'],
      ...['Running', 'CrashLoopBackOff'],
      ...['Running', 'CrashLoopBackOff'],
    ]);
  });

  it('ends when the container has run for more than ten minutes', async () => {
    world.engine.behaviours.set('app', (attempt) => ({ exitAfterMs: attempt === 3 ? 600_001 : 0, exitCode: 1 }));
    await world.add('web');
    await world.clock.advance(700_000);
    const starts = world.startTimes('web', 'app');
    expect(starts.slice(0, 4)).toEqual([0, 0, 10, 30]);
    expect(starts.slice(4, 7)).toEqual([630.001, 640.001, 660.001]);
  });

  it('goes on where it was when the agent was killed', async () => {
    world.engine.behaviours.set('app', { exitAfterMs: 0, exitCode: 1 });
    await world.add('web');
    for (let second = 0; second < 320; second += 7) {
      await world.restart();
      await world.clock.advance(7_000);
    }
    expect(world.startTimes('web', 'app')).toEqual([0, 0, 10, 30, 70, 150, 310]);
    expect(status().restartCount).toBe(6);
  });
});

describe('a restart of all containers', () => {
  const restartPolicyRules = [
    { action: 'RestartAllContainers' as const, exitCodes: { operator: 'In' as const, values: [137] } },
  ];
  const containers = [aContainer('app', { restartPolicy: 'Never', restartPolicyRules }), aContainer('other')];

  it('removes nothing before it is on disk that it was begun, and starts nothing before it is that it is over', async () => {
    const waits: (() => void)[] = [];
    world.flush = async () => new Promise<void>((resolve) => waits.push(resolve));
    await world.add('web', { containers });
    world.engine.kill(world.running('web', 'app').id);
    await world.clock.advance(5_000);
    expect(condition('AllContainersRestarting')).toBe('True');
    expect(world.containers()).toEqual(['POD/0 running', 'app/0 exited', 'other/0 running']);
    waits.shift()?.();
    await world.clock.advance(5_000);
    expect(condition('AllContainersRestarting')).toBe('False');
    expect(world.containers()).toEqual(['POD/0 running']);
    waits.shift()?.();
    await world.clock.advance(5_000);
    expect(world.containers()).toEqual(['POD/0 running', 'app/1 running', 'other/1 running']);
  });

  it('goes on with a full disk', async () => {
    world.flush = async () => Promise.reject(new KubeletteError('Unavailable', 'no space left on device'));
    await world.add('web', { containers });
    world.engine.kill(world.running('web', 'app').id);
    await world.clock.advance(5_000);
    expect(world.containers()).toEqual(['POD/0 running', 'app/1 running', 'other/1 running']);
  });
});

describe('deletion', () => {
  it('stops the containers, then the sandbox, and removes everything, last the object', async () => {
    world.engine.behaviours.set('app', { termAfterMs: 4_000, termExitCode: 0 });
    await world.add('web', {
      volumes: [{ name: 'data', emptyDir: {} }],
      containers: [aContainer('app', { volumeMounts: [{ name: 'data', mountPath: '/data' }] })],
    });
    expect([...world.engine.volumes.keys()]).toEqual(['kubelette_data_web']);
    world.events.take();
    await world.delete('web');
    expect(world.pod('web')?.metadata.deletionGracePeriodSeconds).toBe(30);
    await world.clock.advance(3_999);
    expect(world.containers()).toEqual(['POD/0 running', 'app/0 running']);
    await world.clock.advance(1);
    expect([world.containers(), [...world.engine.volumes.keys()], world.pod('web')]).toEqual([[], [], undefined]);
    expect(world.events.take()).toEqual(['Normal Killing Stopping container app']);
    expect(world.logs.removed).toContain('web');
    expect(world.life.workers.knows('web')).toBe(false);
  });

  it('kills what does not obey, after the grace and not before', async () => {
    world.engine.behaviours.set('app', { ignoresTerm: true });
    await world.add('web');
    await world.delete('web', 12);
    await world.clock.advance(11_999);
    expect(world.containers()).toContain('app/0 running');
    await world.clock.advance(1);
    expect(world.containers()).toEqual([]);
  });

  it('again with a shorter grace makes it quicker', async () => {
    world.engine.behaviours.set('app', { ignoresTerm: true });
    await world.add('web');
    world.events.take();
    await world.delete('web', 60);
    await world.clock.advance(5_000);
    await world.delete('web', 10);
    await world.clock.advance(4_999);
    expect(world.containers()).toContain('app/0 running');
    // Deadlines are whole seconds: a second more does not hurt, one less would.
    await world.clock.advance(1_001);
    expect(world.pod('web')).toBeUndefined();
    // One kill, however often it was asked for.
    expect(world.events.take()).toEqual(['Normal Killing Stopping container app']);
  });

  it('gives two seconds at least', async () => {
    world.engine.behaviours.set('app', { ignoresTerm: true });
    await world.add('web');
    await world.delete('web', 1);
    await world.clock.advance(1_999);
    expect(world.containers()).toContain('app/0 running');
    await world.clock.advance(1);
    expect(world.containers()).toEqual([]);
  });

  it.each(['runSandbox', 'images.find', 'createContainer', 'startContainer'] as const)(
    'does not wait for a %s that hangs',
    async (verb) => {
      world.life.runtime.inject({ verb, when: 'hang' });
      await world.add('web');
      expect(world.containers()).not.toContain('app/0 running');
      await world.delete('web');
      expect([world.containers(), world.pod('web')]).toEqual([[], undefined]);
      expect(world.startTimes('web', 'app')).toEqual([]);
    },
  );

  it('by force removes the object at once and the containers as orphans', async () => {
    world.engine.behaviours.set('app', { ignoresTerm: true });
    await world.add('web');
    await world.delete('web', 0);
    expect(world.pod('web')).toBeUndefined();
    await world.clock.advance(1_999);
    expect(world.containers()).toContain('app/0 running');
    await world.clock.advance(1);
    expect(world.containers()).toEqual([]);
  });

  it('leaves the successor of the same name alone', async () => {
    world.engine.behaviours.set('app', { termAfterMs: 5_000 });
    await world.add('web');
    const { name } = world.pod('web')?.metadata ?? { name: '' };
    await world.delete('web', 0);
    world.store.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', uid: 'next' },
      spec: { containers: [aContainer('app')] },
    } as Parameters<typeof world.store.create>[0]);
    await world.clock.advance(10_000);
    expect(world.containers()).toEqual(['POD/0 running', 'app/0 running']);
    expect(world.containers('next')).toHaveLength(2);
    expect(world.pod('web')?.metadata.uid).toBe('next');
    expect(phase()).toBe('Running');
  });
});

describe('the first containers of a new pod', () => {
  const order = (): string[] => world.course('web', 'create', 'start');

  it('are created while the sandbox starts, and told of when they start', async () => {
    await world.add('web', { containers: [aContainer('app'), aContainer('two')] });
    expect(order()).toEqual([
      ...['create POD/0', 'create app/0', 'create two/0'],
      ...['start POD/0', 'start app/0', 'start two/0'],
    ]);
    expect(world.events.take().filter((line) => line.endsWith('container: app') || line.includes('present'))).toEqual([
      'Normal Pulled Container image "busybox:1" already present on machine',
      'Normal Pulled Container image "busybox:1" already present on machine',
      'Normal Created Created container: app',
    ]);
  });

  it('are created afterwards when they show the address of the pod', async () => {
    const env = [{ name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }];
    await world.add('web', { containers: [aContainer('app', { env })] });
    expect(order()).toEqual(['create POD/0', 'start POD/0', 'create app/0', 'start app/0']);
  });

  it('are removed and made anew when their sandbox came to nothing', async () => {
    await world.add('web');
    world.life.crash();
    const app = world.running('web', 'app');
    world.engine.remove(world.running('web', 'POD').id);
    app.state = 'created';
    delete app.startedAt;
    world.store.update({ ...world.pod('web'), status: { phase: 'Pending' } } as Parameters<
      typeof world.store.update
    >[0]);
    await world.start();
    expect(world.engine.containers.has(app.id)).toBe(false);
    // Nothing ever ran: this is no restart.
    expect(world.containers()).toEqual(['POD/0 running', 'app/0 running']);
  });
});

describe('a container that cannot be started', () => {
  const STARTED = 'Normal Started Started container app';

  it('because it cannot be created is tried again after 10 s', async () => {
    const error = new KubeletteError('Invalid', 'Error response from daemon: invalid mount config');
    // In advance, of which nobody is told, and when it is to start.
    world.life.runtime.inject({ verb: 'createContainer', when: 'before', error, times: 2 });
    await world.add('web');
    expect(phase()).toBe('Pending');
    expect(waiting()).toEqual({ reason: 'CreateContainerError', message: error.message });
    expect(world.events.take()).toContain(`Warning Failed Error: ${error.message}`);
    await world.clock.advance(9_999);
    expect(world.containers()).toEqual(['POD/0 running']);
    await world.clock.advance(1);
    expect(world.containers()).toEqual(['POD/0 running', 'app/0 running']);
    expect(status()).toMatchObject({ restartCount: 0, ready: true });
    expect(world.events.take()).toContain(STARTED);
  });

  it('because of its configuration is never created, and tried again every 10 s', async () => {
    await world.add('web', { containers: [aContainer('app', { securityContext: { runAsNonRoot: true } })] });
    const message = 'container has runAsNonRoot and image will run as root (pod: "web_default(web)", container: app)';
    const failures = (): number =>
      world.events.take().filter((line) => line === `Warning Failed Error: ${message}`).length;
    expect(waiting()).toEqual({ reason: 'CreateContainerConfigError', message });
    expect(failures()).toBe(1);
    await world.clock.advance(30_000);
    expect(failures()).toBe(3);
    expect(waiting()).toEqual({ reason: 'CreateContainerConfigError', message });
    expect(status().restartCount).toBe(0);
    expect(world.containers()).toEqual(['POD/0 running']);
  });

  it('because its program is missing says RunContainerError, then CrashLoopBackOff', async () => {
    const words = 'OCI runtime create failed: exec: "/nope": no such file or directory';
    world.engine.behaviours.set('app', (attempt) =>
      attempt < 3 ? { startError: { exitCode: 127, message: words } } : {},
    );
    await world.add('web');
    const failed = `failed to start container "app": Error response from daemon: ${words}`;
    expect(world.events.take().filter((line) => line === `Warning Failed Error: ${failed}`)).toHaveLength(2);
    expect(status()).toMatchObject({
      restartCount: 1,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { exitCode: 127, reason: 'ContainerCannotRun', message: words } },
    });
    const reasons = world.store.revision;
    await world.clock.advance(60_000);
    expect(world.store.revision).toBeGreaterThan(reasons);
    expect(status()).toMatchObject({ restartCount: 3, ready: true });
    expect(world.startTimes('web', 'app')).toEqual([30]);
  });

  it('because its image cannot be pulled shows both reasons in turn and recovers', async () => {
    const seen: unknown[] = [];
    await world.add('web', { containers: [aContainer('app', { image: 'remote:1' })] });
    for (let second = 0; second < 60; second += 1) {
      const { reason } = status().state?.waiting ?? {};
      // It may say so for a moment, while it looks at what became of a pull.
      if (reason !== 'ContainerCreating' && reason !== seen.at(-1)) seen.push(reason);
      await world.clock.advance(1_000);
    }
    // Pulled at 0, 10 and 30 s.
    expect(seen).toEqual([
      'ErrImagePull',
      'ImagePullBackOff',
      'ErrImagePull',
      'ImagePullBackOff',
      'ErrImagePull',
      'ImagePullBackOff',
    ]);
    expect(phase()).toBe('Pending');
    world.engine.addImage('remote:1', 'registry');
    await world.clock.advance(20_000);
    expect(status()).toMatchObject({ restartCount: 0, ready: true });
    expect(world.life.runtime.calls.filter(({ verb }) => verb === 'images.pull')).toHaveLength(4);
  });

  it('because there is no sandbox for it tells why, and is tried again', async () => {
    const error = new KubeletteError('Invalid', 'Error response from daemon: port is already allocated');
    world.life.runtime.inject({ verb: 'runSandbox', when: 'before', error, times: 2 });
    await world.add('web');
    expect(world.events.take()).toContain(
      `Warning FailedCreatePodSandBox Failed to create pod sandbox: ${error.message}`,
    );
    expect([phase(), waiting()]).toEqual(['Pending', { reason: 'ContainerCreating' }]);
    await world.clock.advance(30_000);
    expect(status().ready).toBe(true);
  });
});

describe('trouble with the engine', () => {
  it('for a minute restarts nothing, and what died meanwhile comes back', async () => {
    await world.add('calm');
    await world.add('web');
    const before = world.containers('calm');
    world.engine.down = true;
    await world.clock.advance(30_000);
    world.engine.die(world.running('web', 'app'), 1);
    await world.clock.advance(30_000);
    expect(phase()).toBe('Running');
    expect(world.pod('calm')?.status?.phase).toBe('Running');
    world.engine.down = false;
    await world.clock.advance(30_000);
    expect(world.containers('calm')).toEqual(before);
    expect(world.startTimes('calm', 'app')).toHaveLength(1);
    expect(status()).toMatchObject({ restartCount: 1, ready: true });
    expect(world.events.take().filter((line) => line.includes('Failed'))).toEqual([]);
  });

  it('that killed everything brings every pod back in a new sandbox', async () => {
    await world.add('web');
    await world.restartEngine();
    await world.clock.advance(20_000);
    expect(world.containers().filter((line) => line.endsWith('running'))).toEqual(['POD/1 running', 'app/1 running']);
    expect(phase()).toBe('Running');
  });

  it.each([
    ['createContainer', 'before'],
    ['createContainer', 'after'],
    ['startContainer', 'before'],
    ['startContainer', 'after'],
    ['runSandbox', 'before'],
  ] as const)('in the middle of %s, %s its effect, is no failure of the container', async (verb, when) => {
    world.life.runtime.inject({ verb, when, times: 2 });
    await world.add('web');
    expect(['ContainerCreating', undefined]).toContain(status().state?.waiting?.reason);
    await world.clock.advance(60_000);
    expect(status()).toMatchObject({ restartCount: 0, ready: true });
    expect(world.startTimes('web', 'app')).toHaveLength(1);
    expect(world.events.take().filter((line) => line.startsWith('Warning'))).toEqual([]);
  });

  it('during a deletion only delays it', async () => {
    await world.add('web');
    world.engine.down = true;
    await world.delete('web');
    await world.clock.advance(40_000);
    expect(world.pod('web')).toBeDefined();
    world.engine.down = false;
    await world.clock.advance(20_000);
    expect([world.containers(), world.pod('web')]).toEqual([[], undefined]);
  });
});

describe('an agent that died in the middle of a creation', () => {
  it('leaves a sandbox that was never started to its successor', async () => {
    await world.add('web');
    const sandbox = world.running('web', 'POD');
    world.life.crash();
    world.engine.remove(world.running('web', 'app').id);
    // As between the two engine calls of runSandbox.
    sandbox.state = 'created';
    delete sandbox.startedAt;
    world.store.update({ ...world.pod('web'), status: { phase: 'Pending' } } as Parameters<
      typeof world.store.update
    >[0]);
    await world.start();
    expect(world.containers()).toEqual(['POD/0 running', 'app/0 running']);
    expect(world.running('web', 'POD').id).toBe(sandbox.id);
    expect(world.events.take().filter((line) => line.includes('SandboxChanged'))).toEqual([]);
  });
});

describe('pods that do not fit side by side', () => {
  const spec = { containers: [aContainer('app', { ports: [{ containerPort: 80, hostPort: 8080, protocol: 'TCP' }] })] };

  const looksLate = (uid: string): void =>
    world.life.runtime.inject({ verb: 'inspectPod', when: 'before', matches: (of) => of === uid });

  it('have their turn in the order in which they came, however late their workers look at the engine', async () => {
    looksLate('first');
    await world.add('first', spec);
    for (const uid of ['second', 'third']) await world.add(uid, spec);
    await world.clock.advance(20_000);
    expect(['first', 'second', 'third'].map(phase)).toEqual(['Running', 'Pending', 'Pending']);

    looksLate('second');
    await world.delete('first', 0);
    await world.clock.advance(20_000);
    expect(['second', 'third'].map(phase)).toEqual(['Running', 'Pending']);
  });
});

describe('what nobody wants', () => {
  it('is found when the agent starts, and removed', async () => {
    await world.add('web');
    await world.add('gone');
    world.life.crash();
    world.store.remove('Pod', 'default/gone');
    await world.clock.advance(0);
    await world.start();
    await world.clock.advance(5_000);
    expect(world.containers('gone')).toEqual([]);
    expect(world.containers('web')).toEqual(['POD/0 running', 'app/0 running']);
    expect(world.startTimes('web', 'app')).toHaveLength(1);
  });
});

describe('idle', () => {
  it('comes when the last pod is gone', async () => {
    await world.add('a');
    await world.add('b');
    let idle = false;
    void world.life.workers.idle(new AbortController().signal).then(() => (idle = true));
    await world.delete('a');
    await world.clock.advance(1_000);
    expect(idle).toBe(false);
    await world.delete('b');
    await world.clock.advance(1_000);
    expect(idle).toBe(true);
  });

  it('can be given up', async () => {
    await world.add('a');
    const stop = new AbortController();
    const idle = world.life.workers.idle(stop.signal);
    stop.abort(new Error('enough'));
    await expect(idle).rejects.toThrow('enough');
  });
});
