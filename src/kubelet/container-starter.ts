import { containerHash } from '../api/hash.js';
import type { Container, EphemeralContainer, Pod } from '../api/schema/pod.js';
import { errorMessage, hasCode } from '../lib/errors.js';
import { SYNC_RETRY_MS } from '../options.js';
import type { ObservedContainer } from '../runtime/observed.js';
import type { ContainerSpec } from '../runtime/specs.js';
import type { ContainerKiller } from './container-killer.js';
import { fieldPath } from './core/spec/container-path.js';
import { buildContainerSpec, type ContainerSpecInput } from './core/spec/container-spec.js';
import type { WaitingReason } from './core/plan/pod-action.js';
import { needsRunningSandbox, type StartAction } from './core/plan/first-starts.js';
import { podIdentity } from './core/view/pod-identity.js';
import { currentSandbox } from './core/view/sandbox-view.js';
import { killOf } from './core/plan/stop-order.js';
import { runHook } from './hooks/run-hook.js';
import { storedConfig } from './stored-config.js';
import type { SyncContext, SyncPorts } from './sync-ports.js';
import { resolveSubPaths } from './volumes/sub-paths.js';
import { ensureVolumeImages, mountsImage } from './volumes/volume-images.js';

/** Image, create, start, with the kubelet's events and reasons at each step. A failure is a fact for the next round. */
export class ContainerStarter {
  readonly #ports: SyncPorts;
  readonly #context: SyncContext;
  readonly #killer: ContainerKiller;

  constructor(ports: SyncPorts, context: SyncContext, killer: ContainerKiller) {
    this.#ports = ports;
    this.#context = context;
    this.#killer = killer;
  }

  async start(action: StartAction, signal: AbortSignal): Promise<void> {
    const { clock, engine, events, images, restraints, runtime, seccompProfiles } = this.#ports;
    const { observed, pod, problems, wake } = this.#context;
    const container = specified(pod, action.name);
    const sandbox = currentSandbox(observed);
    if (container === undefined || sandbox === undefined) return;
    const path = fieldPath(action.containerKind, action.name);
    const specHash = containerHash(container);
    const fail = (reason: string, message: string, retryAt: number): void => {
      problems.set(action.name, { reason, message, retryAt, specHash });
      events.event(pod, 'Warning', 'Failed', `Error: ${message}`, path);
    };

    const onChange = (): void => {
      // It may be tried again now; until that has an outcome the status keeps saying why it did not run.
      const problem = problems.get(action.name);
      if (problem !== undefined) problems.set(action.name, { ...problem, retryAt: 0 });
      wake();
    };
    const attempt = await this.#attempt(action);
    if (!this.#ports.volumes.canMountImages && mountsImage(pod, container)) {
      const message = `image volumes take Docker 28 (API 1.48), and this is ${engine.version} (API ${engine.apiVersion})`;
      fail('CreateContainerError', message, clock.monotonic() + SYNC_RETRY_MS);
      return;
    }
    const request = { pod, container, attempt, fieldPath: path, onChange };
    const image = await images.ensure(request, signal);
    const volumeImages = image.state === 'present' ? await ensureVolumeImages(images, request, signal) : undefined;
    const missing = image.state === 'present' ? volumeImages?.missing : image;
    if (missing?.state === 'failed') {
      problems.set(action.name, { ...missing, specHash });
      return;
    }
    if (image.state !== 'present' || missing !== undefined) {
      const before = problems.get(action.name);
      const { reason = '', message = '' } = before?.specHash === specHash ? before : {};
      problems.set(action.name, { reason, message, retryAt: Infinity, specHash });
      return;
    }

    let seccompProfile;
    try {
      seccompProfile = await seccompProfiles.of(pod, container);
    } catch (error) {
      fail('CreateContainerError', errorMessage(error), clock.monotonic() + SYNC_RETRY_MS);
      return;
    }
    let spec;
    try {
      spec = await this.#buildSpec(action, {
        ...{ container, attempt, sandbox, image: image.image },
        ...(seccompProfile === undefined ? {} : { seccompProfile }),
        ...(volumeImages === undefined ? {} : { volumeImages: volumeImages.ids }),
      });
      const owner = { name: container.name, sandboxId: sandbox.id };
      spec = { ...spec, mounts: await resolveSubPaths(this.#ports.volumes, owner, spec.mounts, signal) };
    } catch (error) {
      if (!hasCode(error, 'Invalid')) throw error;
      fail('CreateContainerConfigError', errorMessage(error), clock.monotonic() + SYNC_RETRY_MS);
      return;
    }
    const leftOut = (what: string): void => events.event(pod, 'Warning', 'EngineRestricted', what, path);
    spec = restraints.adapt(spec, leftOut);
    let id: string;
    try {
      id = this.#created(spec)?.id ?? (await runtime.createContainer(spec, signal));
    } catch (error) {
      if (signal.aborted || hasCode(error, 'Unavailable')) throw error;
      fail('CreateContainerError', errorMessage(error), clock.monotonic() + SYNC_RETRY_MS);
      return;
    }
    events.event(pod, 'Normal', 'Created', `Created container: ${action.name}`, path);
    try {
      id = await restraints.start(id, spec, leftOut, signal);
    } catch (error) {
      if (signal.aborted || hasCode(error, 'Unavailable')) throw error;
      // The dead record carries the back-off; nothing more to wait for here.
      const why = restraints.explain(spec, errorMessage(error));
      fail('RunContainerError', `failed to start container "${action.name}": ${why}`, 0);
      return;
    }
    events.event(pod, 'Normal', 'Started', `Started container ${action.name}`, path);
    const problem = await this.#postStart(action, container, id, sandbox.id, signal);
    if (problem === undefined) problems.delete(action.name);
    else problems.set(action.name, { ...problem, retryAt: 0, specHash });
  }

  /**
   * Creates a container for a sandbox that is only starting, so that it need not be created afterwards. What fails, or
   * cannot be known yet, is left to `start`, which also tells of it: nothing of this shows but the time it takes.
   */
  async prepare(action: StartAction, sandboxId: string, signal: AbortSignal): Promise<void> {
    const { images, restraints, runtime, seccompProfiles } = this.#ports;
    const { pod } = this.#context;
    const container = specified(pod, action.name);
    if (container === undefined || needsRunningSandbox(container) || mountsImage(pod, container)) return;
    try {
      const image = await images.present(container, signal);
      if (image === undefined) return;
      const attempt = await this.#attempt(action);
      const seccompProfile = await seccompProfiles.of(pod, container);
      const spec = await this.#buildSpec(action, {
        ...{ container, attempt, image, sandbox: { id: sandboxId } },
        ...(seccompProfile === undefined ? {} : { seccompProfile }),
      });
      const quietly = restraints.adapt(spec, () => undefined);
      this.#context.prepared.add(await runtime.createContainer(quietly, signal));
    } catch {
      // `start` will meet it again, or it was of no consequence.
    }
  }

  async #buildSpec(
    { backoffMs, containerKind: kind }: StartAction,
    parts: Pick<ContainerSpecInput, 'attempt' | 'image' | 'sandbox' | 'seccompProfile' | 'volumeImages'> & {
      readonly container: Container | EphemeralContainer;
    },
  ): Promise<ContainerSpec> {
    const { allocatable, engine, messages, podPidsLimit, store, volumeManager } = this.#ports;
    const { observed, pod } = this.#context;
    const { attempt, container } = parts;
    const ownFile = engine.sharesFilesystem && (container.terminationMessagePath ?? '') !== '';
    const terminationFile = ownFile ? await messages.prepare(pod, container, attempt) : undefined;
    return buildContainerSpec({
      ...{ pod, kind, backoffMs, allocatable, ...parts },
      instances: observed.containers,
      config: storedConfig(store, podIdentity(pod).namespace),
      claimed: volumeManager.claimed(pod),
      ...(podPidsLimit === undefined ? {} : { podPidsLimit }),
      ...(terminationFile === undefined ? {} : { terminationFile }),
    });
  }

  /** Made in advance, and no start of it was tried: that one could still come to pass. */
  #created({ attempt, name, sandbox, specHash }: ContainerSpec): ObservedContainer | undefined {
    return this.#context.observed.containers.find(
      (record) =>
        record.state === 'created' &&
        record.name === name &&
        record.attempt === attempt &&
        record.specHash === specHash &&
        record.sandboxInstance === sandbox.instance &&
        this.#context.prepared.delete(record.id),
    );
  }

  /** Until the hook has returned nobody is told that the container runs; one whose hook fails is killed. */
  async #postStart(
    { containerKind: kind, name }: StartAction,
    container: Container,
    id: string,
    sandboxId: string,
    signal: AbortSignal,
  ): Promise<WaitingReason | undefined> {
    const { pod } = this.#context;
    const handler = container.lifecycle?.postStart;
    if (handler === undefined) return undefined;
    try {
      await runHook(this.#ports, handler, { pod, container, containerId: id, sandboxId }, signal);
      return undefined;
    } catch (error) {
      if (signal.aborted) throw error;
      const path = fieldPath(kind, name);
      this.#ports.events.event(pod, 'Warning', 'FailedPostStartHook', 'PostStartHook failed', path);
      const graceSeconds = pod.spec.terminationGracePeriodSeconds ?? 30;
      const how = { graceSeconds, preStops: new Map<string, number>(), message: 'FailedPostStartHook' };
      await this.#killer.kill(killOf({ id, kind, name, state: 'running' }, container, how), signal);
      return { reason: 'PostStartHookError', message: errorMessage(error) };
    }
  }

  /** With no record and no status left, the log files still tell which attempts there were. Source: kubelet startContainer. */
  async #attempt({ attempt, name }: StartAction): Promise<number> {
    if (attempt !== 0 || this.#context.observed.containers.some((record) => record.name === name)) return attempt;
    const logged = await this.#ports.logs.highestAttempt(podIdentity(this.#context.pod), name);
    return logged === undefined ? 0 : logged + 1;
  }
}

const specified = ({ spec }: Pod, name: string): Container | EphemeralContainer | undefined =>
  [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])].find(
    (container) => container.name === name,
  );
