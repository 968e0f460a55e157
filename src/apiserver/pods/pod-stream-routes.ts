import type { Route } from '../http/types.js';
import { attachRoutes } from './attach.js';
import { execRoutes } from './exec.js';
import { logRoutes } from './log.js';
import type { PodStreams } from './pod-streams.js';
import { portForwardRoutes } from './port-forward.js';
import { proxyRoutes } from './proxy.js';

/** Every route of a pod that streams: log, exec, attach, portforward, proxy. */
export const podStreamRoutes = (parts: PodStreams): Route[] => [
  ...logRoutes(parts),
  ...execRoutes(parts),
  ...attachRoutes(parts),
  ...portForwardRoutes(parts),
  ...proxyRoutes(parts),
];
