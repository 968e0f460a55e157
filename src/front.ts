import type { Pod } from './api/schema/pod.js';
import { loadPki } from './apiserver/auth/pki.js';
import { createTokenReviewer } from './apiserver/auth/review-token.js';
import { reviewResources, reviewRoutes } from './apiserver/auth/reviews.js';
import { writeKubeconfig } from './apiserver/auth/kubeconfig.js';
import type { ServiceAccountTokens } from './apiserver/auth/service-account-tokens.js';
import { tokenRequestRoutes } from './apiserver/auth/token-request.js';
import type { Pki } from './apiserver/auth/pki.js';
import { metaRoutes } from './apiserver/discovery/meta-routes.js';
import { metricsResources, metricsRoutes, type MetricsSource } from './apiserver/metrics/metrics-routes.js';
import type { Route } from './apiserver/http/types.js';
import { allKinds } from './apiserver/kinds/all-kinds.js';
import { openApiRoutes } from './apiserver/openapi/openapi-routes.js';
import { createApplyPatch } from './apiserver/patch/apply-patch.js';
import { podStreamRoutes } from './apiserver/pods/pod-stream-routes.js';
import { decodeBody } from './apiserver/protobuf/decode-body.js';
import { bindingResource, bindingRoutes } from './apiserver/resources/pod-binding.js';
import { runGarbageCollector } from './apiserver/resources/garbage-collector.js';
import { runNamespaceController } from './apiserver/resources/namespace-controller.js';
import { resourceRoutes } from './apiserver/resources/registry.js';
import { startApiServer } from './apiserver/server.js';
import type { DataDirLayout } from './data-dir/layout.js';
import { requestPodDeletion } from './kubelet/pod-deletion.js';
import type { PodGate } from './kubelet/pod-gate.js';
import type { PodOperations } from './kubelet/pod-operations.js';
import { isAbort } from './lib/abort.js';
import { errorMessage } from './lib/errors.js';
import { DEFAULT_POD_SECURITY, type AgentOptions } from './options.js';
import type { Store } from './store/store.js';

export interface FrontOptions {
  readonly options: AgentOptions;
  readonly listen: { readonly host: string; readonly port: number };
  readonly layout: DataDirLayout;
  readonly store: Store;
  readonly gate: PodGate;
  readonly tokens: ServiceAccountTokens;
  readonly operations: PodOperations;
  /** @throws Unavailable while there is no engine */
  readonly metrics: () => MetricsSource;
  /** Can pods be run now? */
  readonly ready: () => boolean;
}

/** The Kubernetes API of an agent, and where it is. */
export interface Front {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the API on the given address and writes the kubeconfig that leads there. It answers from the start, also while
 * the engine is down; `/readyz` says when pods can be run.
 *
 * @param signal ends everything that runs for it; abort before `close`
 * @throws Unavailable when the address cannot be listened on
 */
export async function startFront(front: FrontOptions, signal: AbortSignal): Promise<Front> {
  const { layout, listen, options, store } = front;
  const { clock, logger } = options;
  const deletePod = podDeletion(front);
  const supervise = (name: string, controller: Promise<void>): Promise<void> =>
    controller.catch((error: unknown) => {
      if (!isAbort(error, signal)) logger.fatal({ controller: name, error: errorMessage(error) }, 'controller ended');
    });
  const parts = { store, kinds: allKinds, clock, deletePod };
  const controllers = [
    supervise('namespaces', runNamespaceController(parts, signal)),
    supervise('garbage collector', runGarbageCollector(parts, signal)),
  ];
  const pki = await loadPki(layout, listen, clock);
  const server = await startApiServer({ routes: apiRoutes(front, pki), listen, pki, clock, logger, signal });
  await writeKubeconfig(layout, { host: listen.host, port: server.port }, pki);
  return {
    url: `https://${listen.host}:${server.port}`,
    close: async () => {
      await Promise.all([server.close(), ...controllers]);
    },
  };
}

const podDeletion =
  ({ options, store }: FrontOptions) =>
  (namespace: string, name: string, graceSeconds?: number): void =>
    void requestPodDeletion(store, options.clock, namespace, name, graceSeconds);

function apiRoutes(front: FrontOptions, pki: Pki): Route[] {
  const { gate, operations, options, ready, store, tokens } = front;
  const { clock, logger, nodeName } = options;
  const findPod = (namespace: string, name: string): Pod | undefined => store.get<Pod>('Pod', `${namespace}/${name}`);
  const answers = [bindingResource, ...reviewResources, ...metricsResources];
  const gauges = [
    { name: 'kubelette_pods', help: 'Pods in the store.', value: () => store.list('Pod').items.length },
    { name: 'kubelette_store_revision', help: 'Revision of the last change.', value: () => store.revision },
  ];
  return [
    ...metaRoutes({ kinds: [...allKinds, ...answers], ready, gauges, paths: [] }),
    ...reviewRoutes({ decodeBody, reviewToken: createTokenReviewer(pki, tokens) }),
    ...tokenRequestRoutes({ store, tokens, decodeBody }),
    ...bindingRoutes(store, decodeBody),
    ...metricsRoutes(front.metrics),
    ...openApiRoutes({ kinds: allKinds, answers }),
    ...resourceRoutes({
      store,
      kinds: allKinds,
      clock,
      decodeBody,
      applyPatch: createApplyPatch(clock),
      nodeName,
      deletePod: podDeletion(front),
      admitPod: (pod) => gate.admit(pod),
      admitPodUpdate: (next, before) => gate.checkUpdate(next, before),
      podWarnings: (pod) => gate.warnings(pod),
      podSecurity: options.podSecurity ?? DEFAULT_POD_SECURITY,
    }),
    ...podStreamRoutes({ operations, findPod, clock, logger }),
  ];
}
