/** The library: `import { Kubelette } from 'kubelette'`. */
export { Kubelette, type KubeletteStarter } from './testing/kubelette.js';
export type { Engine, KubeletteNode, StartOptions } from './testing/node.js';
export type {
  ContainerOption,
  DeleteOptions,
  ExecOptions,
  ExecResult,
  LogOptions,
  PodHandle,
} from './testing/pod-handle.js';
export type { WaitOptions } from './testing/wait-options.js';
export { KubeletteError, hasCode, type ErrorCode } from './lib/errors.js';
export type { LogLevel } from './lib/log-level.js';
export type { PodSecurityLevel } from './api/pod-security/evaluate.js';
export type { Event } from './api/schema/event.js';
export type { Pod, PodStatus } from './api/schema/pod.js';
