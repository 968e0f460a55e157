/** The library: `import { Kubelette } from 'kubelette'`. */
export { Kubelette, type Engine } from './testing/kubelette.js';
export type { ContainerOption, DeleteOptions, ExecOptions, LogOptions, PodHandle } from './testing/pod-handle.js';
export type { ExecResult } from './testing/pod-exec.js';
export type { StartOptions } from './testing/options.js';
export type { WaitOptions } from './testing/deadline.js';
export { KubeletteError, hasCode, type ErrorCode } from './lib/errors.js';
export type { LogLevel } from './lib/logger.js';
export type { Event } from './api/schema/event.js';
export type { Pod, PodStatus } from './api/schema/pod.js';
