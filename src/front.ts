import type { Pod } from './api/schema/pod.js';
import { loadPki } from './apiserver/auth/pki.js';
import { reviewResources, reviewRoutes } from './apiserver/auth/reviews.js';
import { writeKubeconfig } from './apiserver/auth/kubeconfig.js';
import { metaRoutes } from './apiserver/discovery/meta-routes.js';
import type { Route } from './apiserver/http/types.js';
import { allKinds } from './apiserver/kinds/all-kinds.js';
import { createApplyPatch } from './apiserver/patch/apply-patch.js';
import { podStreamRoutes } from './apiserver/pods/pod-stream-routes.js';
import { decodeBody } from './apiserver/protobuf/decode-body.js';
import { resourceRoutes } from './apiserver/resources/registry.js';
import { startApiServer } from './apiserver/server.js';
import type { DataDirLayout } from './data-dir/layout.js';
import { admitPod } from './kubelet/pod-admission.js';
import { requestPodDeletion } from './kubelet/pod-deletion.js';
import type { PodOperations } from './kubelet/pod-operations.js';
import type { AgentOptions } from './options.js';
import type { Store } from './store/store.js';

export interface FrontOptions {
  readonly options: AgentOptions;
  readonly listen: { readonly host: string; readonly port: number };
  readonly layout: DataDirLayout;
  readonly store: Store;
  readonly operations: PodOperations;
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
 * @throws Unavailable when the address cannot be listened on
 */
export async function startFront(front: FrontOptions, signal: AbortSignal): Promise<Front> {
  const { layout, listen, options } = front;
  const { clock, logger } = options;
  const pki = await loadPki(layout, listen, clock);
  const server = await startApiServer({ routes: apiRoutes(front), listen, pki, clock, logger, signal });
  await writeKubeconfig(layout, { host: listen.host, port: server.port }, pki);
  return { url: `https://${listen.host}:${server.port}`, close: () => server.close() };
}

function apiRoutes({ operations, options, ready, store }: FrontOptions): Route[] {
  const { clock, logger, nodeName } = options;
  const findPod = (namespace: string, name: string): Pod | undefined => store.get<Pod>('Pod', `${namespace}/${name}`);
  const gauges = [
    { name: 'kubelette_pods', help: 'Pods in the store.', value: () => store.list('Pod').items.length },
    { name: 'kubelette_store_revision', help: 'Revision of the last change.', value: () => store.revision },
  ];
  return [
    ...metaRoutes({ kinds: [...allKinds, ...reviewResources], ready, gauges, paths: [] }),
    ...reviewRoutes({ decodeBody }),
    ...resourceRoutes({
      store,
      kinds: allKinds,
      clock,
      decodeBody,
      applyPatch: createApplyPatch(clock),
      nodeName,
      deletePod: (namespace, name, graceSeconds) =>
        void requestPodDeletion(store, clock, namespace, name, graceSeconds),
      admitPod: (pod) => admitPod(pod, { nodeName, now: clock.now() }),
    }),
    ...podStreamRoutes({ operations, findPod, clock, logger }),
  ];
}
