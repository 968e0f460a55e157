import type { LogLevel } from '../lib/logger.js';
import type { WaitOptions } from './deadline.js';

/** How to start a node. Everything has a default that suits a test. */
export interface StartOptions extends WaitOptions {
  /** Owner of everything this node makes on the engine, a DNS name. Default: a unique one. */
  readonly nodeName?: string;
  /** Engine URI (`unix:///…`, `tcp://…`). Default: where the docker command finds it. */
  readonly dockerHost?: string;
  /** What the agent says on stderr. Default: `silent`. */
  readonly logLevel?: LogLevel;
  /** Fields that are accepted and not realised yet. Default: a process warning each. */
  readonly onWarning?: (warning: string) => void;
}

/** `Kubelette.start()`: the engine answers, or something is wrong. */
export const START_TIMEOUT_MS = 30_000;
/** `ready()` and `finished()`: images may have to be pulled. */
export const POD_TIMEOUT_MS = 60_000;
/** `delete()`: so long after the pod's grace period. */
export const DELETE_TIMEOUT_MS = 30_000;
/** `stop()`: what ends with a node has had its chance to be ended nicely by `delete()`. */
export const STOP_GRACE_SECONDS = 2;
/** `exec()`. */
export const EXEC_TIMEOUT_MS = 60_000;
/** `fetch()`: a server that was just started does not listen yet; its port is tried again for so long. */
export const CONNECT_TIMEOUT_MS = 10_000;
export const CONNECT_RETRY_MS = 100;
/** Log lines of each container that an error of a wait shows. */
export const LOG_LINES_SHOWN = 20;
/** Collecting them must not hold up the error for longer. */
export const EVIDENCE_TIMEOUT_MS = 2_000;
