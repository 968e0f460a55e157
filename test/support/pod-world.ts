import type { Pod, PodSpec } from '../../src/api/schema/pod.js';
import type { PreStopRecords } from '../../src/kubelet/hooks/pre-stop-records.js';
import { runHousekeeping } from '../../src/kubelet/housekeeping.js';
import { ImageManager } from '../../src/kubelet/images/image-manager.js';
import { NodeAdmission } from '../../src/kubelet/node-admission.js';
import { EngineRestraints } from '../../src/kubelet/engine-restraints.js';
import { Pleg } from '../../src/kubelet/pleg.js';
import { requestPodDeletion } from '../../src/kubelet/pod-deletion.js';
import { PodWorkers } from '../../src/kubelet/pod-workers.js';
import { SeccompProfiles } from '../../src/kubelet/seccomp-profiles.js';
import { Prober } from '../../src/kubelet/prober/prober.js';
import { TerminationMessages } from '../../src/kubelet/termination-messages.js';
import { runEmptyDirEviction } from '../../src/kubelet/volumes/empty-dir-eviction.js';
import { TokenManager } from '../../src/kubelet/volumes/token-manager.js';
import { VolumeManager } from '../../src/kubelet/volumes/volume-manager.js';
import { KubeletteError } from '../../src/lib/errors.js';
import { silentLogger } from '../../src/lib/logger.js';
import type { EngineInfo } from '../../src/runtime/runtime.js';
import { MemoryStore } from '../../src/store/memory-store.js';
import { aPod } from './builders.js';
import { FakeClock } from './fake-clock.js';
import { FakeEngine, type FakeContainer } from './fake-engine.js';
import { FakeLogs } from './fake-logs.js';
import { FakeRuntime } from './fake-runtime.js';
import { RecordedEvents } from './recorded-events.js';

/** Messages without files: nothing here touches a disk, so the fake clock is all the time there is. */
class NoMessages extends TerminationMessages {
  override async prepare(): Promise<string> {
    return '';
  }
  override async collect(): Promise<ReadonlyMap<string, string>> {
    return new Map();
  }
  override async forgetPod(): Promise<void> {
    await Promise.resolve();
  }
}

const noTokens = (): never => {
  throw new KubeletteError('NotFound', 'serviceaccounts "default" not found');
};

const ALLOCATABLE = { cpu: '2', memory: '4Gi', pods: '110' };
/** As files would keep them: they outlive the agent. */
class MemoryPreStopRecords implements PreStopRecords {
  readonly #times = new Map<string, number>();

  async of(): Promise<ReadonlyMap<string, number>> {
    return new Map(this.#times);
  }
  async begin(_podUid: string, containerId: string, at: number): Promise<void> {
    this.#times.set(containerId, at);
  }
  async forget(_podUid: string, containerId: string): Promise<void> {
    this.#times.delete(containerId);
  }
}

const ENGINE: EngineInfo = {
  version: '20.10.24',
  apiVersion: '1.41',
  architecture: 'amd64',
  endpoint: 'fake',
  sharesFilesystem: false,
  podNetwork: 'direct',
  clockSkewMs: 0,
};

/** One life of an agent: everything it keeps in memory, and its loops. */
export interface Life {
  readonly runtime: FakeRuntime;
  readonly workers: PodWorkers;
  readonly pleg: Pleg;
  /** `kill -9`: all of it ends where it is, and nothing is cleaned up. */
  readonly crash: () => void;
}

/**
 * Everything of a node but Docker and the disk: an engine in memory, a store, and lives of an agent one after the other
 * that share nothing but those two.
 */
export class PodWorld {
  readonly clock = new FakeClock();
  readonly engine = new FakeEngine(this.clock);
  readonly store = new MemoryStore({
    clock: this.clock,
    historyLimit: 10_000,
    revision: 0,
    objects: [],
    flushed: () => this.flush(),
  });
  /** The disk, which is as quick as can be. */
  flush = async (): Promise<void> => undefined;
  readonly events = new RecordedEvents();
  readonly logs = new FakeLogs();
  readonly preStopRecords = new MemoryPreStopRecords();
  /** What containers did, from the first: `at` in ms since the world began. */
  readonly history: {
    readonly at: number;
    readonly action: string;
    readonly name: string;
    readonly uid: string;
    readonly attempt: number;
  }[] = [];
  readonly #began = this.clock.now();
  #life: Life | undefined;

  constructor() {
    this.logs.alwaysDrained = true;
    this.engine.addImage('busybox:1');
    this.#record();
  }

  /** Starts an agent and lets it do what needs no time; `prepare` may spoil its runtime before its loops start. */
  async start(prepare?: (runtime: FakeRuntime) => void): Promise<Life> {
    const life = this.spawn(prepare);
    await this.clock.advance(0);
    return life;
  }

  /** As `start`, for callers that are inside of a step of the clock. */
  spawn(prepare: (runtime: FakeRuntime) => void = () => undefined): Life {
    const { clock, engine, events, logs, store } = this;
    const runtime = new FakeRuntime(engine, { nodeName: 'node', agentId: 'me' });
    prepare(runtime);
    const dead = new AbortController();
    const { signal } = dead;
    const logger = silentLogger;
    const prober = new Prober({
      runtime,
      streams: runtime.streams,
      events,
      clock,
      engine: ENGINE,
      logger,
      random: () => 0.5,
      onChange: (uid) => workers.wake(uid),
    });
    const workers = new PodWorkers({
      ports: {
        runtime,
        streams: runtime.streams,
        volumes: runtime.volumes,
        volumeManager: new VolumeManager({
          volumes: runtime.volumes,
          store,
          events,
          tokens: new TokenManager(noTokens, clock),
          allocatable: ALLOCATABLE,
        }),
        images: new ImageManager({
          images: runtime.images,
          credentials: async () => ({ auths: [], missing: [] }),
          pulled: { pulled: async () => undefined },
          events,
          clock,
          logger,
          signal,
        }),
        preStopRecords: this.preStopRecords,
        logs,
        messages: new NoMessages('/nowhere', logs),
        prober,
        events,
        store,
        clock,
        engine: ENGINE,
        allocatable: ALLOCATABLE,
        admission: new NodeAdmission({ store, events, clock, allocatable: ALLOCATABLE, appArmor: false }),
        restraints: new EngineRestraints(runtime),
        seccompProfiles: new SeccompProfiles('/nowhere'),
        resolver: { nameservers: [], searches: [], options: [] },
      },
      hostIP: '192.0.2.1',
      logger,
      random: () => 0.5,
    });
    const pleg = new Pleg({
      runtime,
      clock,
      logger,
      onPod: (uid) => workers.wake(uid),
      onRecovered: () => workers.wakeAll(),
    });
    const crash = (): void => {
      dead.abort(new Error('killed'));
      void workers.stop();
      void prober.stop();
    };
    const life = { runtime, workers, pleg, crash };
    this.#life = life;
    const housekeeping = pleg.firstListing.then(() =>
      runHousekeeping(
        {
          store,
          volumes: runtime.volumes,
          clock,
          logger,
          observedPods: () => pleg.pods,
          knows: (uid) => workers.knows(uid),
          removeOrphan: (uid) => workers.removeOrphan(uid),
          sweep: () => undefined,
        },
        signal,
      ),
    );
    const eviction = runEmptyDirEviction(
      {
        store,
        volumes: runtime.volumes,
        events,
        clock,
        logger,
        runtime,
        onEvicted: (uid) => workers.wake(uid),
      },
      signal,
    );
    for (const loop of [workers.run(signal), pleg.run(signal), housekeeping, eviction]) {
      loop.catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    }
    return life;
  }

  get life(): Life {
    if (this.#life === undefined) throw new Error('no agent was started');
    return this.#life;
  }

  /** The agent dies here, and another one starts in its place. */
  async restart(): Promise<void> {
    this.life.crash();
    await this.clock.advance(0);
    await this.start();
  }

  /** Milliseconds since the world began. */
  get elapsed(): number {
    return this.clock.now() - this.#began;
  }

  /** Adds a pod named as its uid, and lets everything happen that needs no time. */
  async add(uid: string, spec: Partial<PodSpec> = {}): Promise<void> {
    this.store.create(aPod(spec, { metadata: { name: uid, uid } }));
    await this.clock.advance(0);
  }

  async delete(uid: string, graceSeconds?: number): Promise<void> {
    requestPodDeletion(this.store, this.clock, 'default', uid, graceSeconds);
    await this.clock.advance(0);
  }

  pod(uid: string): Pod | undefined {
    return this.store.get<Pod>('Pod', `default/${uid}`);
  }

  /** Containers of a pod that are on the engine now, as `app/0 running`, oldest first; the sandbox is `POD/0`. */
  containers(uid?: string): string[] {
    return [...this.engine.containers.values()]
      .filter(({ pod }) => uid === undefined || pod.uid === uid)
      .map((container) => `${nameOf(container)}/${container.spec.attempt} ${container.state}`);
  }

  running(uid: string, name: string): FakeContainer {
    const found = [...this.engine.containers.values()].find(
      (container) => container.pod.uid === uid && nameOf(container) === name && container.state === 'running',
    );
    if (found === undefined) throw new Error(`${name} of ${uid} does not run: ${this.containers(uid).join(', ')}`);
    return found;
  }

  /** When the instances of a container were started, in seconds since the world began. */
  startTimes(uid: string, name: string): number[] {
    return this.history
      .filter((entry) => entry.uid === uid && entry.name === name && entry.action === 'start')
      .map(({ at }) => at / 1_000);
  }

  /** `start setup/0`, `die setup/0`, … of a pod, in order. */
  course(uid: string, ...actions: string[]): string[] {
    return this.history
      .filter((entry) => entry.uid === uid && (actions.length === 0 || actions.includes(entry.action)))
      .map(({ action, attempt, name }) => `${action} ${name}/${attempt}`);
  }

  /** The engine is restarted, and everything that ran has been killed. */
  async restartEngine(): Promise<void> {
    this.engine.restartEngine();
    this.#record();
    await this.clock.advance(0);
  }

  #record(): void {
    this.engine.listeners.add((event) => {
      if (event === 'lost') return;
      const { container, action } = event;
      const { attempt } = container.spec;
      this.history.push({ at: this.elapsed, action, name: nameOf(container), uid: container.pod.uid, attempt });
    });
  }
}

const nameOf = ({ spec }: FakeContainer): string => (spec.role === 'sandbox' ? 'POD' : spec.name);
