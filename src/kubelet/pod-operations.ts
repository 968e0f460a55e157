import type { Duplex } from 'node:stream';
import type { ExecRequest, ExecSession } from '../runtime/streams.js';
import type { LogReadOptions } from './logs/log-store.js';

/** Addresses a container of a pod as the store knows it. Without `container`: the pod's only or first one. */
export interface ContainerTarget {
  readonly namespace: string;
  readonly name: string;
  readonly container?: string;
}

/** What of a log is wanted. */
export interface LogRequestOptions extends LogReadOptions {
  /** Instead of `sinceMs`: what was written in the last so many milliseconds, whichever clock the engine goes by. */
  readonly lastMs?: number;
}

/**
 * What may be done with a running pod besides changing its object: the narrow port that API server, CLI and library
 * use. Messages are the kubelet's (`container "x" in pod "p" is waiting to start: ContainerCreating`).
 *
 * @throws KubeletteError `NotFound` for an unknown pod or container, `Conflict` when the container does not run
 */
export interface PodOperations {
  exec(target: ContainerTarget, request: ExecRequest, signal: AbortSignal): Promise<ExecSession>;
  attach(target: ContainerTarget, request: Omit<ExecRequest, 'command'>, signal: AbortSignal): Promise<ExecSession>;
  /** `previous`: the instance before the current one. */
  logs(
    target: ContainerTarget & { readonly previous: boolean },
    options: LogRequestOptions,
    signal: AbortSignal,
  ): AsyncIterable<Buffer>;
  dial(target: ContainerTarget, port: number, host: 'pod' | 'loopback', signal: AbortSignal): Promise<Duplex>;
}
