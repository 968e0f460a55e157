import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { ConfigObject } from '../../api/config-object.js';
import type { Problem } from '../../api/problem.js';
import type { Pod } from '../../api/schema/pod.js';
import { isAbort } from '../../lib/abort.js';
import type { Clock } from '../../lib/clock.js';
import type { Logger } from '../../lib/logger.js';
import { Wake } from '../../lib/wake.js';
import { objectKey } from '../../store/store.js';
import { DirectoryHints } from './directory-hints.js';
import { ManifestFile, SETTLE_MS } from './manifest-file.js';
import { readManifestPods } from './manifest-pods.js';
import { ManifestRoot } from './manifest-root.js';
import { MANIFEST, wholeFile, type PodSource, type Snapshot } from './pod-source.js';

/** Looks again even when nothing hinted at a change. The kubelet does so every 20 s. */
const RESCAN_MS = 5_000;
const RESCAN_UNWATCHED_MS = 1_000;
/** The first snapshot waits this long at most for files that are being written. */
const FIRST_SNAPSHOT_MS = 2_000;

export interface FileSourceOptions {
  /** Directories and files, in order of precedence. */
  readonly roots: readonly string[];
  readonly nodeName: string;
  /** True for an agent's static pods; false to run manifests under the names they give. */
  readonly suffixName: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Pods from manifest files, which may change at any time and in any way. */
export class FileSource implements PodSource {
  readonly name = 'file';
  readonly #options: FileSourceOptions;

  constructor(options: FileSourceOptions) {
    this.#options = options;
  }

  async *snapshots(signal: AbortSignal): AsyncGenerator<Snapshot> {
    const { clock, logger } = this.#options;
    const roots = this.#newRoots();
    const wake = new Wake();
    const hints = new DirectoryHints(
      roots.map(({ path }) => path),
      () => wake.set(),
      logger,
    );
    const started = clock.monotonic();
    let last: Snapshot | undefined;
    let unsettled = false;
    try {
      while (!signal.aborted) {
        // Before the look: what takes long, on a busy machine, may not be what kept files from being whole.
        const waitedMs = clock.monotonic() - started;
        const looks = await Promise.all(roots.map((root) => root.look(last === undefined && !unsettled)));
        unsettled = looks.includes(true);
        await hints.follow(roots.map(({ identity }) => identity).join(' '));

        const mayWait = last === undefined && unsettled && waitedMs < FIRST_SNAPSHOT_MS;
        const snapshot = combine(roots);
        if (!mayWait && !isDeepStrictEqual(snapshot, last)) {
          last = snapshot;
          yield snapshot;
        }
        // Nothing tells when a root that is away comes back.
        const watched = hints.working && roots.every((root) => root.problems.length === 0);
        await wake.wait(unsettled ? SETTLE_MS / 2 : watched ? RESCAN_MS : RESCAN_UNWATCHED_MS, clock, signal);
      }
    } catch (error) {
      if (!isAbort(error, signal)) throw error;
    } finally {
      await hints.close();
    }
  }

  #newRoots(): readonly ManifestRoot[] {
    const { roots, nodeName, suffixName, clock } = this.#options;
    const parse = { nodeName, suffixName, source: this.name, tolerateAll: suffixName };
    const newFile = (path: string): ManifestFile =>
      new ManifestFile(path, clock, (text, file) => readManifestPods(text, file, parse));
    return [...new Set(roots.map(tidy))].map((path) => new ManifestRoot(path, newFile));
  }
}

/** One spelling for each path, so that one given twice is recognised. */
const tidy = (path: string): string => join(path).replace(/(?<=.)\/+$/, '');

function combine(roots: readonly ManifestRoot[]): Snapshot {
  // A file may be named itself and be in a directory that is named, too.
  const files = [...new Map(roots.flatMap((root) => root.files).map((file) => [file.path, file])).values()];
  const pods = firstOfEach(files.map((file) => ({ path: file.path, objects: file.pods ?? [] })));
  const configs = firstOfEach(files.map((file) => ({ path: file.path, objects: file.configs })));
  const repeated = [...pods.repeated, ...configs.repeated];
  return {
    pods: pods.chosen,
    configs: configs.chosen,
    problems: [...roots.flatMap((root) => root.problems), ...files.flatMap((file) => file.problems), ...repeated],
    warnings: files.flatMap((file) => file.warnings),
    duplicates: pods.duplicates,
    unread: [
      ...roots.filter((root) => root.unknown).map(({ path }) => path),
      ...files.filter((file) => file.pods === undefined).map(({ path }) => path),
    ],
  };
}

/** Of several objects of one kind and name the first counts. */
function firstOfEach<T extends Pod | ConfigObject>(
  files: readonly { readonly path: string; readonly objects: readonly T[] }[],
): { readonly chosen: readonly T[]; readonly duplicates: readonly T[]; readonly repeated: readonly Problem[] } {
  const chosen = new Map<string, T>();
  const duplicates: T[] = [];
  const repeated: Problem[] = [];
  for (const { objects, path } of files) {
    for (const object of objects) {
      const key = `${object.kind} ${objectKey(object)}`;
      const first = chosen.get(key);
      if (first === undefined) chosen.set(key, object);
      else {
        duplicates.push(object);
        repeated.push(wholeFile(path, duplicateText(object, first)));
      }
    }
  }
  return { chosen: [...chosen.values()], duplicates, repeated };
}

const duplicateText = (object: Pod | ConfigObject, first: Pod | ConfigObject): string =>
  `${object.kind === 'Pod' ? 'pod' : object.kind} ${objectKey(object)} is ignored: ` +
  `${first.metadata.annotations?.[MANIFEST] ?? 'another file'} has one of the same name`;
