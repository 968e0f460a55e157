import type { PodSecurityLevel } from '../api/pod-security/evaluate.js';
import type { LogLevel } from '../lib/log-level.js';
import type { PodHandle } from './pod-handle.js';
import type { WaitOptions } from './wait-options.js';

/** How to start a node. Everything has a default that suits a test. */
export interface StartOptions extends WaitOptions {
  /** Owner of everything this node makes on the engine, a DNS name. Default: a unique one. */
  readonly nodeName?: string;
  /** Engine URI (`unix:///…`, `tcp://…`). Default: where the docker command finds it. */
  readonly dockerHost?: string;
  /** What pods may do in namespaces whose labels say nothing about it. Default: `privileged`. */
  readonly podSecurity?: PodSecurityLevel;
  /** What the agent says on stderr. Default: `silent`. */
  readonly logLevel?: LogLevel;
  /** Fields that are accepted and not realised yet. Default: a process warning each. */
  readonly onWarning?: (warning: string) => void;
}

/** The engine a node runs its pods on. */
export interface Engine {
  /** For example `20.10.24`. */
  readonly version: string;
  /** The negotiated API version, for example `1.41`. */
  readonly apiVersion: string;
  /** `amd64`, `arm64`, … */
  readonly architecture: string;
  /** Where it was found and why. */
  readonly endpoint: string;
}

/**
 * A node in this process: an agent of its own on the Docker engine, with its pods. Nodes share nothing but the engine;
 * when one stops nothing of it is left, and what a killed process left behind the next node sweeps.
 */
export interface KubeletteNode extends AsyncDisposable {
  readonly nodeName: string;
  readonly engine: Engine;
  /**
   * Accepts the pod of a manifest, and the ConfigMaps, Secrets and claims beside it. Resolves when it is accepted, not when it runs: see `ready()`.
   * @param manifest a file's path, YAML or JSON text, or an object
   * @throws KubeletteError `Invalid` with every problem of the manifest, also when it does not hold exactly one pod;
   * `AlreadyExists`
   */
  apply(manifest: string | object): Promise<PodHandle>;
  /** Accepts all pods of a manifest, or of a folder of them. Nothing is accepted when there is any problem. */
  applyAll(manifest: string | object): Promise<readonly PodHandle[]>;
  /** A pod of this node by its name, in namespace `default` unless said otherwise. @throws KubeletteError `NotFound` */
  pod(name: string, namespace?: string): PodHandle;
  /** All pods of this node. */
  pods(): readonly PodHandle[];
  /**
   * Deletes the pods and everything that belongs to them. Every wait on this node ends. Calling it again is fine.
   * @param options.graceSeconds for processes that leave SIGTERM alone; 2 unless said otherwise
   */
  stop(options?: { readonly graceSeconds?: number }): Promise<void>;
}
