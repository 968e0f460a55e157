import { networkInterfaces } from 'node:os';
import type { Pod } from './api/schema/pod.js';
import type { DataDirLayout } from './data-dir/layout.js';
import type { DockerRuntime } from './docker/docker-runtime.js';
import { EngineRestraints } from './kubelet/engine-restraints.js';
import type { EventRecorder } from './kubelet/events/event-recorder.js';
import { FilePreStopRecords } from './kubelet/hooks/pre-stop-records.js';
import { runHousekeeping } from './kubelet/housekeeping.js';
import type { PullView } from './kubelet/images/image-puller.js';
import { FileLogStore } from './kubelet/logs/file-log-store.js';
import { sampleMachine } from './kubelet/metrics/machine-sample.js';
import { nodeMetrics, type MetricsSource } from './kubelet/metrics/node-metrics.js';
import { StatsSampler } from './kubelet/metrics/stats-sampler.js';
import { nodeResolver } from './kubelet/node-resolver.js';
import { NodeAdmission } from './kubelet/node-admission.js';
import { nodeOperations } from './kubelet/node-operations.js';
import { NodeController } from './kubelet/node-status/node-controller.js';
import { nodeCapacity } from './kubelet/node-status/node-object.js';
import { Pleg } from './kubelet/pleg.js';
import { requestPodDeletion } from './kubelet/pod-deletion.js';
import type { PodOperations } from './kubelet/pod-operations.js';
import { PodWorkers } from './kubelet/pod-workers.js';
import { SeccompProfiles } from './kubelet/seccomp-profiles.js';
import { Prober } from './kubelet/prober/prober.js';
import { TerminationMessages } from './kubelet/termination-messages.js';
import { ClaimController } from './kubelet/volumes/claim-controller.js';
import { runEmptyDirEviction } from './kubelet/volumes/empty-dir-eviction.js';
import { TokenManager, type IssueToken } from './kubelet/volumes/token-manager.js';
import { VolumeManager } from './kubelet/volumes/volume-manager.js';
import { abortable, isAbort } from './lib/abort.js';
import { errorMessage, KubeletteError } from './lib/errors.js';
import { unexplainedPods } from './lost-objects.js';
import { nodeImages } from './node-images.js';
import { DEFAULT_MAX_PODS, KUBERNETES_RELEASE, type AgentOptions } from './options.js';
import { startSources } from './sources.js';
import type { EngineInfo } from './runtime/runtime.js';
import type { Store } from './store/store.js';
import { untilRemoved } from './teardown.js';
import { waitForEngine } from './wait-for-engine.js';

export interface NodeOptions {
  readonly options: AgentOptions;
  readonly layout: DataDirLayout;
  readonly agentId: string;
  readonly store: Store;
  readonly createPod: (pod: Pod, uid?: string) => Pod;
  readonly events: EventRecorder;
  /** For volumes that show a pod who it is. */
  readonly issueToken: IssueToken;
  /** The store does not know all pods that are wanted: see `objectsWereLost`. */
  readonly objectsLost: boolean;
}

/** The part of the agent that needs an engine. It exists from the start and works as soon as there is one. */
export interface Node {
  readonly ready: Promise<void>;
  /** @throws `Unavailable` until connected */
  engine(): EngineInfo;
  /** Images that are being pulled now. */
  pulls(): readonly PullView[];
  /** @throws `Unavailable` until connected */
  operations(): PodOperations;
  /** @throws `Unavailable` until connected */
  metrics(): MetricsSource;
  stop(deletePods: boolean, graceSeconds: number | undefined): Promise<void>;
}

/** What `kubectl get nodes` shows. */
const KUBELET_VERSION = `v${KUBERNETES_RELEASE}.0+kubelette`;
/** None to look after. */
const NO_VOLUMES = { list: () => Promise.resolve([]), remove: () => Promise.resolve() };

interface Connected {
  readonly runtime: DockerRuntime;
  readonly engine: EngineInfo;
  readonly logs: FileLogStore;
  readonly workers: PodWorkers;
  readonly claims: ClaimController;
  readonly prober: Prober;
  readonly operations: PodOperations;
  readonly pulls: () => readonly PullView[];
  readonly metrics: MetricsSource;
  /** Does the engine answer, as far as is known? */
  readonly answers: () => boolean;
}

export function startNode(node: NodeOptions): Node {
  const stopping = new AbortController();
  // Ended first when the pods are deleted, or a source would bring its pods back.
  const wanting = new AbortController();
  let connected: Connected | undefined;
  const loops: Promise<void>[] = [];
  const ready = connectAndRun(
    node,
    stopping.signal,
    AbortSignal.any([stopping.signal, wanting.signal]),
    loops,
    (value) => {
      connected = value;
    },
  );
  // Whoever starts the agent may not wait for it; a failure is logged where it happens.
  ready.catch(() => undefined);

  const demand = (): Connected => {
    if (connected !== undefined) return connected;
    throw new KubeletteError('Unavailable', 'the Docker engine has not been reached yet (is it running?)');
  };
  return {
    ready,
    engine: () => demand().engine,
    pulls: () => connected?.pulls() ?? [],
    operations: () => demand().operations,
    metrics: () => demand().metrics,
    async stop(deletePods, graceSeconds) {
      const reason = new KubeletteError('Unavailable', 'the agent was stopped');
      if (deletePods) wanting.abort(reason);
      if (deletePods && connected !== undefined) await deleteAll(node, connected, graceSeconds);
      stopping.abort(reason);
      await connected?.workers.stop();
      await connected?.prober.stop();
      await Promise.allSettled([ready, ...loops]);
      await connected?.logs.stop();
    },
  };
}

async function connectAndRun(
  node: NodeOptions,
  signal: AbortSignal,
  whileWanted: AbortSignal,
  loops: Promise<void>[],
  onConnected: (connected: Connected) => void,
): Promise<void> {
  const { clock, logger } = node.options;
  const { createPod, events, layout, store } = node;
  const supervise = (name: string, loop: Promise<void>): void => {
    loops.push(
      loop.catch((error: unknown) => {
        if (!isAbort(error, signal) && !isAbort(error, whileWanted))
          logger.fatal({ loop: name, error: errorMessage(error) }, 'agent loop ended');
      }),
    );
  };
  // Before the engine: a broken manifest is reported even while there is none.
  const sources = startSources({ options: node.options, store, createPod, events, supervise }, whileWanted);
  const { engine, host, runtime } = await waitForEngine(node, signal);
  const logs = new FileLogStore({
    ...node.options.containerLogs,
    root: layout.logs,
    streams: runtime.streams,
    clock,
    logger,
  });
  const images = nodeImages(node, runtime, signal);
  const messages = new TerminationMessages(layout.pods, logs);
  const hostIP = hostAddress();
  const sampler = new StatsSampler({ stats: runtime.stats, clock, logger, signal });
  const { maxPods = DEFAULT_MAX_PODS } = node.options;
  const allocatable = nodeCapacity(host, maxPods);
  const prober = new Prober({
    runtime,
    streams: runtime.streams,
    events,
    clock,
    engine,
    logger,
    random: Math.random,
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
        tokens: new TokenManager(node.issueToken, clock),
        allocatable,
      }),
      images: images.manager,
      logs,
      messages,
      preStopRecords: new FilePreStopRecords(layout.pods),
      prober,
      events,
      store,
      clock,
      engine,
      allocatable,
      admission: new NodeAdmission({ store, events, clock, allocatable, appArmor: engine.appArmor ?? false }),
      restraints: new EngineRestraints(runtime),
      seccompProfiles: new SeccompProfiles(layout.seccomp),
      ...(node.options.podPidsLimit === undefined ? {} : { podPidsLimit: node.options.podPidsLimit }),
      resolver: await nodeResolver(engine),
    },
    hostIP,
    logger,
    random: Math.random,
  });
  const pleg = new Pleg({
    runtime,
    clock,
    logger,
    onPod: (uid) => workers.wake(uid),
    onRecovered: () => workers.wakeAll(),
  });
  const claims = new ClaimController({ store, volumes: runtime.volumes, events, clock, logger });
  onConnected({
    runtime,
    engine,
    logs,
    workers,
    pulls: () => images.manager.pulls,
    claims,
    prober,
    operations: nodeOperations({ store, runtime, streams: runtime.streams, logs, clock }),
    metrics: nodeMetrics({
      store,
      nodeName: node.options.nodeName,
      observedPods: (asked) => runtime.listPods(asked),
      sample: (id, asked) => sampler.sample(id, asked),
      // The machine the agent sees is the engine's own when it sees the same files.
      ...(engine.sharesFilesystem ? { machine: () => sampleMachine(clock) } : {}),
      clock,
    }),
    answers: () => pleg.healthy,
  });

  supervise('pod workers', workers.run(signal));
  supervise('claims', claims.run(signal));
  const onEvicted = (uid: string): void => workers.wake(uid);
  const eviction = { store, runtime, volumes: runtime.volumes, events, clock, logger, onEvicted };
  supervise('emptyDir eviction', runEmptyDirEviction(eviction, signal));
  supervise('pleg', pleg.run(signal));
  supervise('image garbage', images.collect());
  if (node.options.listen !== undefined) {
    const { nodeName } = node.options;
    const healthy = (): boolean => pleg.healthy;
    const status = {
      store,
      events,
      host: runtime.host,
      maxPods,
      healthy,
      nodeName,
      hostIP,
      kubeletVersion: KUBELET_VERSION,
      clock,
      logger,
    };
    supervise('node status', new NodeController(status).run(signal));
  }
  await abortable(Promise.all([pleg.firstListing, sources]), signal);
  const spared = node.objectsLost ? unexplainedPods(pleg.pods, store, logger) : new Set<string>();
  supervise(
    'housekeeping',
    runHousekeeping(
      {
        store,
        // Of volumes nothing but the pod's uid is known.
        volumes: node.objectsLost ? NO_VOLUMES : runtime.volumes,
        clock,
        logger,
        observedPods: () => pleg.pods.filter(({ uid }) => !spared.has(uid)),
        knows: (uid) => workers.knows(uid),
        removeOrphan: (uid) => workers.removeOrphan(uid),
        sweep: () => events.sweep(),
      },
      signal,
    ),
  );
  logger.info({ engine: engine.version, api: engine.apiVersion, endpoint: engine.endpoint }, 'agent ready');
}

/** Every pod goes, each with its own grace, and this returns when nothing of them is left. */
async function deleteAll(
  node: NodeOptions,
  { answers, claims, workers }: Connected,
  graceSeconds: number | undefined,
): Promise<void> {
  const { clock, logger } = node.options;
  const pods = node.store.list<Pod>('Pod').items;
  const graces = pods.map((pod) => graceSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30);
  for (const pod of pods) {
    const { finalizers = [], name, namespace } = pod.metadata;
    // With the node gone there is nobody left to take them off.
    if (finalizers.length > 0) node.store.update<Pod>({ ...pod, metadata: { ...pod.metadata, finalizers: [] } });
    requestPodDeletion(node.store, clock, namespace ?? 'default', name, graceSeconds);
  }
  const removal = async (signal: AbortSignal): Promise<void> => {
    await workers.idle(signal);
    if (node.options.ephemeral) await claims.removeAll(signal);
  };
  if (await untilRemoved(removal, Math.max(0, ...graces) * 1000, answers, clock)) return;
  const left = node.store.list<Pod>('Pod').items.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`);
  logger.error({ left }, 'pods could not be removed in time; `kubelette gc` removes what is left of them');
}

/** The address of this host that others may use: the first one that is not internal. */
function hostAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}
