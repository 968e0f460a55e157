import type { ConfigObject } from './api/config-object.js';
import type { Pod } from './api/schema/pod.js';
import type { MetricsSource } from './apiserver/metrics/metrics-routes.js';
import { openDataDir } from './data-dir/layout.js';
import { acquireAgentLock } from './data-dir/agent-lock.js';
import { loadAgentId } from './data-dir/agent-id.js';
import { ServiceAccountTokens } from './apiserver/auth/service-account-tokens.js';
import { loadTokenSigner } from './apiserver/auth/signing-key.js';
import { applyConfig } from './kubelet/apply-config.js';
import { EventRecorder } from './kubelet/events/event-recorder.js';
import { startFront, type FrontOptions } from './front.js';
import { KubeletteError } from './lib/errors.js';
import { requestPodDeletion } from './kubelet/pod-deletion.js';
import { PodGate } from './kubelet/pod-gate.js';
import type { PullView } from './kubelet/images/image-puller.js';
import type { PodOperations } from './kubelet/pod-operations.js';
import { objectsWereLost } from './lost-objects.js';
import { startNode, type Node } from './node.js';
import { DEFAULT_POD_SECURITY, type AgentOptions } from './options.js';
import { podTokens } from './pod-tokens.js';
import type { EngineInfo } from './runtime/runtime.js';
import { openStore } from './store/open-store.js';
import type { Store } from './store/store.js';

/** A running agent: the core without any front door. CLI, API server and library are shells around one of these. */
export interface Agent {
  readonly nodeName: string;
  /** Known once `ready` resolved. @throws `Unavailable` before */
  readonly engine: EngineInfo;
  /** Objects: Pods with their status, Events. Watch it to see what happens. */
  readonly store: Store;
  readonly operations: PodOperations;
  /** Images that are being pulled now, and how far they are. */
  readonly pulls: readonly PullView[];
  /** Of the Kubernetes API, when it is served. */
  readonly url?: string;
  /** Every source has delivered, the engine was listed, workers run. Rejects when the agent was stopped before. */
  readonly ready: Promise<void>;
  /**
   * Admits a decoded, defaulted and validated pod under its own name.
   * @param uid where the pod has an identity already
   * @throws `AlreadyExists`, `Forbidden`, `Invalid`
   */
  createPod(pod: Pod, uid?: string): Pod;
  /** What pods use: made, or changed where it is there already. */
  applyConfig(object: ConfigObject): void;
  /** Starts graceful deletion; a shorter grace on a second call wins; 0 removes the object at once. @throws `NotFound` */
  deletePod(namespace: string, name: string, graceSeconds?: number): void;
  /**
   * Stops the agent and leaves its pods running, or deletes them first and leaves nothing behind.
   * @param options.graceSeconds instead of each pod's own
   */
  stop(options: { readonly deletePods: boolean; readonly graceSeconds?: number }): Promise<void>;
}

/**
 * Opens the data directory and starts the node. An engine that is down is waited for, not an error.
 * @throws when the data directory is locked by another agent or cannot be used
 */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { clock, logger, nodeName } = options;
  const layout = await openDataDir(options.dataDir);
  const lock = await acquireAgentLock(layout);
  try {
    const store = await openStore({ ...(options.ephemeral ? {} : { dir: layout.state }), clock, logger });
    const agentId = await loadAgentId(layout);
    const tokens = new ServiceAccountTokens(store, clock, await loadTokenSigner(layout));
    const events = new EventRecorder({ store, clock, logger, nodeName });
    const objectsLost = !options.ephemeral && (await objectsWereLost(layout.state));
    const { podSecurity = DEFAULT_POD_SECURITY } = options;
    const gate = new PodGate({ store, nodeName, podSecurity, clock, logger });
    const createPod = (pod: Pod, uid?: string): Pod => store.create<Pod>(gate.admit(pod, uid));
    const issueToken = podTokens(store, tokens);
    const node = startNode({ options, layout, agentId, store, createPod, events, issueToken, objectsLost });
    const operations = lateOperations(node);
    const metrics = (): MetricsSource => node.metrics();
    const front = await serveApi({ options, layout, store, gate, tokens, operations, metrics }, node);
    return {
      nodeName,
      store,
      get engine() {
        return node.engine();
      },
      operations,
      get pulls() {
        return node.pulls();
      },
      ...(front === undefined ? {} : { url: front.url }),
      ready: node.ready,
      createPod,
      applyConfig: (object) => applyConfig(store, object),
      deletePod: (namespace, name, graceSeconds) =>
        void requestPodDeletion(store, clock, namespace, name, graceSeconds),
      async stop({ deletePods, graceSeconds }) {
        try {
          await node.stop(deletePods, graceSeconds);
        } finally {
          await front?.stop();
          await store.close();
          await lock.release();
        }
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** The API, where one is wanted. When it cannot be served nothing is left running. */
async function serveApi(
  front: Omit<FrontOptions, 'listen' | 'ready'>,
  node: Node,
): Promise<{ readonly url: string; stop(): Promise<void> } | undefined> {
  const { listen } = front.options;
  if (listen === undefined) return undefined;
  let isReady = false;
  node.ready.then(() => (isReady = true)).catch(() => undefined);
  const stopping = new AbortController();
  try {
    const served = await startFront({ ...front, listen, ready: () => isReady }, stopping.signal);
    return {
      url: served.url,
      stop: async () => {
        stopping.abort(new KubeletteError('Unavailable', 'the agent was stopped'));
        await served.close();
      },
    };
  } catch (error) {
    await node.stop(false, undefined);
    throw error;
  }
}

/** Operations before the engine was found fail with a clear word instead of not being there. */
function lateOperations(node: Node): PodOperations {
  return {
    exec: async (...request) => node.operations().exec(...request),
    attach: async (...request) => node.operations().attach(...request),
    logs: (...request) => node.operations().logs(...request),
    dial: async (...request) => node.operations().dial(...request),
  };
}
