import type { ConfigObject } from '../../api/config-object.js';
import { formatProblem, type Problem } from '../../api/problem.js';
import type { Pod } from '../../api/schema/pod.js';

/**
 * Everything a source wants at one moment, so that nothing can be missed between two of them.
 * Pods are defaulted and valid, with uid, namespace and the annotations below; no two have the same namespace and name.
 */
export interface Snapshot {
  readonly pods: readonly Pod[];
  /** ConfigMaps, Secrets and claims, defaulted and valid; no two of a kind have the same namespace and name. */
  readonly configs: readonly ConfigObject[];
  /** What is wrong. Line 0: with the file as a whole. Pods of a file with a problem are those of its last good content. */
  readonly problems: readonly Problem[];
  /** Fields without effect, objects that are not pods. */
  readonly warnings: readonly Problem[];
  /** Pods left out because another one has their name, each with the file it is in and the one that is preferred. */
  readonly duplicates: readonly Pod[];
  /**
   * Files and directories whose content is not known at all: a pod that came from there may still be wanted, so it is not
   * to be deleted because it is missing here.
   */
  readonly unread: readonly string[];
}

/** A place pods come from. The first snapshot comes as soon as the source has looked, even if there is nothing. */
export interface PodSource {
  /** `file` or `http`: the word that marks its pods in the store. */
  readonly name: string;
  /** Changes only, until the signal aborts; then it ends. */
  snapshots(signal: AbortSignal): AsyncIterable<Snapshot>;
}

/** Annotations of pods from a source. All but the last are the kubelet's. */
export const CONFIG_SOURCE = 'kubernetes.io/config.source';
/** When the agent first saw the pod; set by the writer. */
export const CONFIG_SEEN = 'kubernetes.io/config.seen';
export const CONFIG_HASH = 'kubernetes.io/config.hash';
/** Tells kubectl drain and others that the pod is not the API's to delete. */
export const CONFIG_MIRROR = 'kubernetes.io/config.mirror';
/** File or URL the pod was read from. Not part of its identity: a renamed file keeps its pods. */
export const MANIFEST = 'kubelette.dev/manifest';

/** A problem of a whole file or directory. */
export const wholeFile = (file: string, message: string): Problem => ({
  file,
  document: 0,
  line: 0,
  column: 0,
  path: '',
  message,
});

/** `web.yaml:7:9: spec.containers[0].image: …`, or `web.yaml: …` for a problem of the whole file. */
export const describeProblem = (problem: Problem): string =>
  problem.line === 0 ? `${problem.file}: ${problem.message}` : formatProblem(problem);
