import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hasCode } from '../../src/lib/errors.js';
import type { ObservedContainer, ObservedPod, ObservedSandbox, PodIdentity } from '../../src/runtime/observed.js';
import type { ContainerRuntime, ImageService, RuntimeHint } from '../../src/runtime/runtime.js';
import type { ContainerSpec, SandboxSpec } from '../../src/runtime/specs.js';
import type { VolumeService } from '../../src/runtime/volumes.js';
import { containerSpec, sandboxSpec, sandboxVolume } from './specs.js';

type Runtime = ContainerRuntime & { readonly images: ImageService; readonly volumes: VolumeService };

/** What a container of the suite does. */
export type Program =
  | { readonly exits: number; readonly afterMs?: number }
  /** Runs; ends with 143 at SIGTERM. */
  | 'obedient'
  /** Runs; only SIGKILL ends it. */
  | 'deaf'
  /** Does not exist in the image. */
  | 'missing';

/** One realisation of the contract, and what people do to its engine by hand. */
export interface RuntimeUnderTest {
  readonly runtime: Runtime;
  /** Same node name, same engine, another agent. */
  readonly stranger: Runtime;
  readonly image: { readonly reference: string; readonly id: string };
  program(program: Program): Pick<ContainerSpec, 'command'>;
  /** Waits for the outcome, letting time pass meanwhile. */
  settle<T>(promise: Promise<T>): Promise<T>;
  eventually<T>(what: string, probe: () => Promise<T | undefined | false>): Promise<T>;
  /** Resolves when a container that is to hear SIGTERM would: it runs before that. */
  hears(id: string): Promise<void>;
  kill(id: string): Promise<void>;
  restart(id: string): Promise<void>;
  /** Of running processes, by the pid in the observation: comparable names of their namespaces. */
  namespaces(pids: readonly number[]): Promise<readonly { net: string; ipc: string; pid: string }[]>;
  close(): Promise<void>;
}

/** The rules every runtime keeps: one suite, so that the fake cannot drift from the engine. */
export function describeRuntimeContract(name: string, open: () => Promise<RuntimeUnderTest>): void {
  describe(`runtime contract: ${name}`, () => {
    let world: RuntimeUnderTest;
    let runtime: Runtime;
    let pods = 0;
    const { signal } = new AbortController();

    beforeAll(async () => {
      world = await open();
      ({ runtime } = world);
    });
    afterAll(async () => world.close());

    const newPod = (): PodIdentity => {
      pods += 1;
      return { uid: `contract-${pods}`, namespace: 'default', name: `pod-${pods}` };
    };
    const run = async <T>(promise: Promise<T>): Promise<T> => world.settle(promise);
    const look = async (pod: PodIdentity): Promise<ObservedPod> => run(runtime.inspectPod(pod.uid, signal));

    async function startSandbox(
      pod: PodIdentity,
      changes: Partial<SandboxSpec> = {},
    ): Promise<Pick<ObservedSandbox, 'id' | 'instance'>> {
      const id = await run(runtime.runSandbox(sandboxSpec(pod, changes), signal));
      const sandbox = (await look(pod)).sandboxes.find((other) => other.id === id);
      if (sandbox === undefined) throw new Error('the sandbox is not observed');
      return sandbox;
    }

    const specOf = (
      pod: PodIdentity,
      sandbox: Pick<ObservedSandbox, 'id' | 'instance'>,
      program: Program,
      changes: Partial<ContainerSpec> = {},
    ): ContainerSpec => {
      const { reference: image, id: imageId } = world.image;
      const { id, instance } = sandbox;
      return containerSpec(
        { pod, sandbox: { id, instance }, image, imageId },
        { ...world.program(program), ...changes },
      );
    };

    async function startContainer(spec: ContainerSpec): Promise<string> {
      const id = await run(runtime.createContainer(spec, signal));
      await run(runtime.startContainer(id, signal));
      return id;
    }

    const containerOf = async (pod: PodIdentity, id: string): Promise<ObservedContainer> => {
      const found = (await look(pod)).containers.find((container) => container.id === id);
      if (found === undefined) throw new Error(`container ${id} is not observed`);
      return found;
    };

    const exited = async (pod: PodIdentity, id: string): Promise<ObservedContainer> =>
      world.eventually('container exited', async () => {
        const container = await containerOf(pod, id);
        return container.state === 'exited' && container;
      });

    const codeOf = async (promise: Promise<unknown>): Promise<string> =>
      run(promise).then(
        () => 'no error',
        (error: unknown) =>
          (['NotFound', 'Conflict', 'Invalid', 'Unavailable', 'Internal'] as const).find((code) =>
            hasCode(error, code),
          ) ?? String(error),
      );

    it('shows a pod it has never seen as empty', async () => {
      expect(await run(runtime.inspectPod('nobody', signal))).toEqual({
        uid: 'nobody',
        namespace: '',
        name: '',
        sandboxes: [],
        containers: [],
      });
    });

    it('runs a sandbox with an address', async () => {
      const pod = newPod();
      const { id } = await startSandbox(pod);
      const { sandboxes, ...identity } = await look(pod);
      expect(identity).toEqual({ ...pod, containers: [] });
      expect(sandboxes).toEqual([
        expect.objectContaining({ id, attempt: 0, specHash: 'sandbox-hash', ready: true, created: false }),
      ]);
      expect(sandboxes[0]?.ips).toHaveLength(1);
      expect(sandboxes[0]?.pid).toBeGreaterThan(0);
    });

    it('puts containers into the network and IPC namespaces of the sandbox, each with its own processes', async () => {
      const pod = newPod();
      const sandbox = await startSandbox(pod);
      await startContainer(specOf(pod, sandbox, 'obedient', { name: 'one' }));
      await startContainer(specOf(pod, sandbox, 'obedient', { name: 'two' }));
      const { sandboxes, containers } = await look(pod);
      const [pause, one, two] = await world.namespaces([...sandboxes, ...containers].map(({ pid }) => pid));
      expect(new Set([pause?.net, one?.net, two?.net]).size).toBe(1);
      expect(new Set([pause?.ipc, one?.ipc, two?.ipc]).size).toBe(1);
      expect(new Set([pause?.pid, one?.pid, two?.pid]).size).toBe(3);
    });

    it('shares one process namespace when asked to', async () => {
      const pod = newPod();
      const sandbox = await startSandbox(pod);
      const id = await startContainer(specOf(pod, sandbox, 'obedient', { pid: 'sandbox' }));
      const pids = [(await look(pod)).sandboxes[0]?.pid ?? 0, (await containerOf(pod, id)).pid];
      const [pause, app] = await world.namespaces(pids);
      expect(app?.pid).toBe(pause?.pid);
    });

    it('reports exit codes and times', async () => {
      const pod = newPod();
      const sandbox = await startSandbox(pod);
      const id = await startContainer(specOf(pod, sandbox, { exits: 3 }, { backoffMs: 20_000, kind: 'init' }));
      const container = await exited(pod, id);
      expect(container).toMatchObject({
        name: 'app',
        kind: 'init',
        attempt: 0,
        specHash: 'container-hash',
        exitCode: 3,
        oomKilled: false,
        backoffMs: 20_000,
        sandboxInstance: sandbox.instance,
        image: world.image.reference,
        pid: 0,
      });
      expect(container.finishedAt).toBeGreaterThanOrEqual(container.startedAt ?? Number.NaN);
    });

    it('shows a container that was not started as created, without exit code or times', async () => {
      const pod = newPod();
      const sandbox = await startSandbox(pod);
      const id = await run(runtime.createContainer(specOf(pod, sandbox, 'obedient'), signal));
      const container = await containerOf(pod, id);
      expect(container.state).toBe('created');
      expect(container.createdAt).toBeGreaterThan(0);
      expect(Object.keys(container)).not.toEqual(expect.arrayContaining(['startedAt']));
      expect(Object.keys(container)).not.toEqual(expect.arrayContaining(['exitCode']));
    });

    it('shows a container whose program is missing as exited with 127, never started', async () => {
      const pod = newPod();
      const sandbox = await startSandbox(pod);
      const id = await run(runtime.createContainer(specOf(pod, sandbox, 'missing'), signal));
      expect(await codeOf(runtime.startContainer(id, signal))).toBe('Invalid');
      const container = await containerOf(pod, id);
      expect(container).toMatchObject({ state: 'exited', exitCode: 127, finishedAt: container.createdAt });
      expect(container.startedAt).toBeUndefined();
      expect(container.engineError).toContain('no such file or directory');
    });

    it('stops with SIGTERM, and with SIGKILL after the grace period', async () => {
      const pod = newPod();
      const sandbox = await startSandbox(pod);
      const obedient = await startContainer(specOf(pod, sandbox, 'obedient', { name: 'obedient' }));
      const deaf = await startContainer(specOf(pod, sandbox, 'deaf', { name: 'deaf' }));
      await world.hears(obedient);
      await run(runtime.stopContainer(obedient, 30, signal));
      expect(await containerOf(pod, obedient)).toMatchObject({ state: 'exited', exitCode: 143 });
      await run(runtime.stopContainer(deaf, 1, signal));
      expect(await containerOf(pod, deaf)).toMatchObject({ state: 'exited', exitCode: 137 });
    });

    it('does everything twice without harm', async () => {
      const pod = newPod();
      const sandbox = await startSandbox(pod);
      expect((await startSandbox(pod)).instance).toBe(sandbox.instance);
      const spec = specOf(pod, sandbox, 'obedient');
      const id = await run(runtime.createContainer(spec, signal));
      expect(await run(runtime.createContainer(spec, signal))).toBe(id);
      for (let time = 0; time < 2; time += 1) await run(runtime.startContainer(id, signal));
      expect(await run(runtime.createContainer(spec, signal))).toBe(id);
      for (let time = 0; time < 2; time += 1) await run(runtime.stopContainer(id, 2, signal));
      for (let time = 0; time < 2; time += 1) await run(runtime.removeContainer(id, signal));
      await run(runtime.stopContainer(id, 2, signal));
      for (let time = 0; time < 2; time += 1) await run(runtime.stopSandbox(sandbox.id, signal));
      for (let time = 0; time < 2; time += 1) await run(runtime.removeSandbox(sandbox.id, signal));
      expect((await look(pod)).sandboxes).toEqual([]);
      expect(await codeOf(runtime.startContainer(id, signal))).toBe('NotFound');
    });

    it('does not run a container once more that has ended unseen: look again', async () => {
      const pod = newPod();
      const sandbox = await startSandbox(pod);
      const spec = specOf(pod, sandbox, { exits: 0 });
      const id = await startContainer(spec);
      await exited(pod, id);
      expect(await codeOf(runtime.createContainer(spec, signal))).toBe('Unavailable');
      expect((await look(pod)).containers.map((container) => container.id)).toEqual([id]);
    });

    it('does not take away what was started because its name is wanted for another spec: look again', async () => {
      const pod = newPod();
      const sandbox = await startSandbox(pod);
      const id = await startContainer(specOf(pod, sandbox, 'obedient'));
      const spec = specOf(pod, sandbox, 'obedient', { specHash: 'other-hash' });
      expect(await codeOf(runtime.createContainer(spec, signal))).toBe('Unavailable');
      expect(await containerOf(pod, id)).toMatchObject({ state: 'running' });
      await run(runtime.stopContainer(id, 30, signal));
      expect(await codeOf(runtime.createContainer(spec, signal))).toBe('Unavailable');
      expect(await containerOf(pod, id)).toMatchObject({ state: 'exited', exitCode: 143 });
    });

    it('replaces its own container of the same name when that was made from another spec', async () => {
      const pod = newPod();
      const sandbox = await startSandbox(pod);
      const old = await run(runtime.createContainer(specOf(pod, sandbox, 'obedient'), signal));
      const spec = specOf(pod, sandbox, 'obedient', { specHash: 'other-hash' });
      const id = await run(runtime.createContainer(spec, signal));
      expect(id).not.toBe(old);
      expect((await look(pod)).containers.map((container) => container.id)).toEqual([id]);
    });

    it('never takes or sees what another agent made', async () => {
      const pod = newPod();
      const id = await run(world.stranger.runSandbox(sandboxSpec(pod), signal));
      expect((await look(pod)).sandboxes).toEqual([]);
      expect((await run(runtime.listPods(signal))).map(({ uid }) => uid)).not.toContain(pod.uid);
      expect(await codeOf(runtime.runSandbox(sandboxSpec(pod), signal))).toBe('Conflict');
      expect((await run(world.stranger.inspectPod(pod.uid, signal))).sandboxes[0]).toMatchObject({ id, ready: true });
    });

    it('lists pods, the highest attempt first', async () => {
      const pod = newPod();
      const sandbox = await startSandbox(pod, { attempt: 2 });
      for (const attempt of [9, 11, 10]) {
        await run(runtime.createContainer(specOf(pod, sandbox, 'obedient', { attempt }), signal));
      }
      const listed = (await run(runtime.listPods(signal))).find(({ uid }) => uid === pod.uid);
      expect(listed).toEqual(await look(pod));
      expect(listed?.containers.map(({ attempt }) => attempt)).toEqual([11, 10, 9]);
      expect(listed?.sandboxes.map(({ attempt }) => attempt)).toEqual([2]);
    });

    it('keeps containers running when the sandbox dies, and starts none into a dead one', async () => {
      const pod = newPod();
      const sandbox = await startSandbox(pod);
      const running = await startContainer(specOf(pod, sandbox, 'obedient', { name: 'running' }));
      const late = await run(runtime.createContainer(specOf(pod, sandbox, 'obedient', { name: 'late' }), signal));
      await world.kill(sandbox.id);
      await world.eventually('sandbox is dead', async () => (await look(pod)).sandboxes[0]?.ready === false);
      expect((await look(pod)).sandboxes[0]).toMatchObject({ ips: [], pid: 0, created: false });
      expect(await containerOf(pod, running)).toMatchObject({ state: 'running' });
      expect(await codeOf(runtime.startContainer(late, signal))).toBe('Conflict');
      expect(await containerOf(pod, late)).toMatchObject({ state: 'exited', exitCode: 128 });
    });

    it('shows a sandbox that was restarted by hand as another instance', async () => {
      const pod = newPod();
      const sandbox = await startSandbox(pod);
      const id = await startContainer(specOf(pod, sandbox, 'obedient'));
      await world.restart(sandbox.id);
      const again = (await look(pod)).sandboxes[0];
      expect(again).toMatchObject({ id: sandbox.id, ready: true });
      expect(again?.instance).not.toBe(sandbox.instance);
      expect((await containerOf(pod, id)).sandboxInstance).toBe(sandbox.instance);
    });

    it('shows a container that was created while its sandbox started as of the instance that it joined', async () => {
      const pod = newPod();
      const ids: string[] = [];
      const create = async (id: string): Promise<void> => {
        for (const name of ['first', 'second']) {
          const spec = specOf(pod, { id, instance: '' }, 'obedient', { name, sandbox: { id } });
          ids.push(await runtime.createContainer(spec, signal));
        }
      };
      await run(runtime.runSandbox(sandboxSpec(pod), signal, create));
      const [first = '', second = ''] = ids;
      const { containers, sandboxes } = await look(pod);
      expect(containers.map(({ state }) => state)).toEqual(['created', 'created']);
      const [sandbox] = sandboxes;
      expect(containers.map(({ sandboxInstance }) => sandboxInstance)).toEqual([sandbox?.instance, sandbox?.instance]);
      await run(runtime.startContainer(first, signal));
      expect((await containerOf(pod, first)).sandboxInstance).toBe(sandbox?.instance);
      await world.restart(sandbox?.id ?? '');
      const [again] = (await look(pod)).sandboxes;
      expect((await containerOf(pod, first)).sandboxInstance).not.toBe(again?.instance);
      expect((await containerOf(pod, second)).sandboxInstance).toBe(again?.instance);
    });

    it('hints at changes of its own pods, after it said that it is connected', async () => {
      const pod = newPod();
      const others = newPod();
      const stop = new AbortController();
      const hints: RuntimeHint[] = [];
      const reading = (async () => {
        for await (const hint of runtime.events(stop.signal)) hints.push(hint);
      })();
      await world.eventually('connected', async () => hints.length > 0);
      expect(hints[0]).toEqual({ uid: '', action: 'connected' });
      await run(world.stranger.runSandbox(sandboxSpec(others), signal));
      const sandbox = await startSandbox(pod);
      const id = await startContainer(specOf(pod, sandbox, { exits: 0 }));
      await exited(pod, id);
      const seen = async (action: string): Promise<boolean> =>
        hints.some((hint) => hint.uid === pod.uid && hint.action === action);
      for (const action of ['start', 'die']) await world.eventually(`hint ${action}`, async () => seen(action));
      expect(hints.filter(({ uid }) => uid === others.uid)).toEqual([]);
      stop.abort();
      await run(reading);
    });

    it('keeps volumes by name, and refuses to remove one in use', async () => {
      const pod = newPod();
      const volume = { name: `${pod.uid}-data`, podUid: pod.uid };
      for (let time = 0; time < 2; time += 1) await run(runtime.volumes.ensure(volume, signal));
      expect(await run(runtime.volumes.list(signal))).toContainEqual(volume);
      expect(await run(world.stranger.volumes.list(signal))).not.toContainEqual(volume);
      expect(await codeOf(world.stranger.volumes.ensure(volume, signal))).toBe('Conflict');
      const sandbox = await startSandbox(pod, {
        volumes: [sandboxVolume(volume.name, 'data')],
      });
      expect(await codeOf(runtime.volumes.remove(volume.name, signal))).toBe('Conflict');
      await run(runtime.removeSandbox(sandbox.id, signal));
      for (let time = 0; time < 2; time += 1) await run(runtime.volumes.remove(volume.name, signal));
      expect(await run(runtime.volumes.list(signal))).not.toContainEqual(volume);
    });

    it('fills volumes, finds parts of them and measures them, through the sandbox that holds them', async () => {
      const pod = newPod();
      const name = `${pod.uid}-files`;
      await run(runtime.volumes.ensure({ name, podUid: pod.uid }, signal));
      const { id } = await startSandbox(pod, { volumes: [sandboxVolume(name, 'files')] });
      const owner = { uid: 0, gid: 0 };
      const contents = {
        directory: { ...owner, mode: 0o755 },
        files: [{ ...owner, path: 'key', mode: 0o644, content: new TextEncoder().encode('value') }],
      };
      for (let time = 0; time < 2; time += 1) await run(runtime.volumes.write(id, 'files', contents, signal));
      expect(await run(runtime.volumes.resolveSubPath(id, 'files', 'made/here', signal))).toBe('made/here');
      expect(await run(runtime.volumes.usage(id, ['files'], signal))).toEqual([expect.any(Number)]);
      const looked = runtime.volumes.examineHostPaths([{ path: '/', make: 'nothing' }], signal);
      expect(await run(looked)).toEqual(['directory']);
      await run(runtime.removeSandbox(id, signal));
      expect(await codeOf(runtime.volumes.write(id, 'files', contents, signal))).toBe('NotFound');
    });

    it('finds images, and makes no container of one that is not there', async () => {
      const pod = newPod();
      const { reference, id } = world.image;
      expect(await run(runtime.images.find(reference, signal))).toMatchObject({ id });
      expect(await run(runtime.images.find('kubelette.local/nowhere:1', signal))).toBeUndefined();
      const listed = async (): Promise<unknown> =>
        (await run(runtime.images.list(signal))).find((image) => image.id === id);
      expect(await listed()).toMatchObject({ tags: expect.arrayContaining([reference]) as unknown });
      await run(runtime.images.remove('kubelette.local/nowhere:1', signal));
      const spec = specOf(pod, await startSandbox(pod), 'obedient', { imageId: `sha256:${'0'.repeat(64)}` });
      expect(await codeOf(runtime.createContainer(spec, signal))).toBe('NotFound');
    });

    it('takes work', async () => {
      await expect(run(runtime.takesWork(signal))).resolves.toBeUndefined();
    });

    it('answers', async () => {
      await expect(run(runtime.answers(signal))).resolves.toBeUndefined();
    });

    it('does nothing for a caller that has left', async () => {
      const pod = newPod();
      const gone = AbortSignal.abort(new Error('gone'));
      await expect(runtime.runSandbox(sandboxSpec(pod), gone)).rejects.toThrow('gone');
      expect((await look(pod)).sandboxes).toEqual([]);
    });
  });
}
