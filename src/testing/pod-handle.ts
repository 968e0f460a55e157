import type { Event } from '../api/schema/event.js';
import type { PodStatus } from '../api/schema/pod.js';
import type { WaitOptions } from './wait-options.js';

/** What a command run in a container left. */
export interface ExecResult {
  readonly stdout: string;
  readonly stderr: string;
  /** 128 + n when signal n ended it; 126 or 127 when it could not be started. */
  readonly exitCode: number;
}

/** Which container: without a name the pod's only or first one. */
export interface ContainerOption {
  readonly container?: string;
}

export interface ExecOptions extends ContainerOption, WaitOptions {
  /** Fed to the command; without it, the command has no standard input. */
  readonly stdin?: string | Uint8Array;
}

export interface LogOptions extends ContainerOption {
  /** Go on until the container ends, or the loop is left. */
  readonly follow?: boolean;
  /** The instance before the current one. */
  readonly previous?: boolean;
  /** Only so many of the newest lines. */
  readonly tail?: number;
  readonly signal?: AbortSignal;
}

export interface DeleteOptions extends WaitOptions {
  /** Instead of the pod's own grace period. 0 kills at once. */
  readonly graceSeconds?: number;
}

/**
 * A pod of a node, as a test uses it. Errors are `KubeletteError`s: `NotFound` when the pod is gone, `Timeout` with
 * what was last seen, `Conflict` when the pod ended instead of doing what was waited for.
 */
export interface PodHandle extends AsyncDisposable {
  readonly namespace: string;
  readonly name: string;
  /** Of this pod, not of a later one of the same name. */
  readonly uid: string;
  /** The status as it is now. @throws `NotFound` when the pod is gone */
  status(): PodStatus;
  /** What happened to the pod, oldest first; repeated events are one with a `count`. */
  events(): readonly Event[];
  /** Resolves when the pod is Ready. @throws `Conflict` at once when it has ended instead */
  ready(options?: WaitOptions): Promise<PodStatus>;
  /** Resolves when the pod has Succeeded or Failed. */
  finished(options?: WaitOptions): Promise<PodStatus>;
  /**
   * HTTP to a port of the pod, from anywhere the engine can be reached. A refused connection is tried again for 10 s:
   * a server that was just started does not listen at once. Redirects are not followed.
   * @param path with its query, for example `/search?q=x`
   */
  fetch(port: number, path?: string, init?: RequestInit): Promise<Response>;
  /**
   * A local port whose connections go to the port inside the pod, also to servers that listen on its loopback only.
   * Open until the pod is deleted through this handle or the node stops.
   * @returns `http://127.0.0.1:PORT`
   */
  forward(port: number): Promise<string>;
  /** Runs a command in a container of the pod, without a shell. */
  exec(command: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** What a container wrote, line by line, stdout and stderr together. Leaving the loop ends it. */
  logs(options?: LogOptions): AsyncIterable<string>;
  /** Ends the pod gracefully and resolves when nothing of it is left. Gone already is fine. */
  delete(options?: DeleteOptions): Promise<void>;
}
