import type Docker from 'dockerode';
import { hasCode } from '../lib/errors.js';
import type { ObservedContainer, ObservedPod, ObservedSandbox, PodIdentity } from '../runtime/observed.js';
import type { DockerContext } from './context.js';
import type { ImageNamesCache } from './image-names.js';
import { inspectContainer, listContainers } from './inspect.js';
import { LABEL, ownedFilter, parsePodLabels } from './labels.js';
import { joinedInstance, toObservedContainer, toObservedSandbox } from './observe.js';

/** One thing of a pod as it was last seen. */
type Seen =
  | { readonly pod: PodIdentity; readonly sandbox: ObservedSandbox }
  | { readonly pod: PodIdentity; readonly container: ObservedContainer };

/** Reads pods off the engine. Remembers what cannot change any more, so that a quiet node costs one listing. */
export class PodObserver {
  readonly #context: DockerContext;
  readonly #images: ImageNamesCache;
  /** By container id, from the last listing. */
  #lastSeen = new Map<string, Seen>();

  constructor(context: DockerContext, images: ImageNamesCache) {
    this.#context = context;
    this.#images = images;
  }

  /** Every pod of this agent with at least one container. */
  async listPods(signal: AbortSignal): Promise<readonly ObservedPod[]> {
    const { engine, ownership } = this.#context;
    const rows = await listContainers(engine, ownedFilter(ownership), signal);
    const seen = new Map<string, Seen>();
    await Promise.all(
      rows.map(async (row) => {
        const one = await this.#lookForListing(row, signal);
        if (one !== undefined) seen.set(row.Id, one);
      }),
    );
    this.#lastSeen = seen;
    const byUid = new Map<string, Seen[]>();
    for (const thing of seen.values()) byUid.set(thing.pod.uid, [...(byUid.get(thing.pod.uid) ?? []), thing]);
    return [...byUid].map(([uid, things]) => toPod(uid, things));
  }

  /** The pod as it is now. */
  async inspectPod(uid: string, signal: AbortSignal): Promise<ObservedPod> {
    const { engine, ownership } = this.#context;
    const rows = await listContainers(engine, ownedFilter(ownership, { [LABEL.podUid]: uid }), signal);
    const things = await Promise.all(rows.map(async (row) => this.#look(row.Id, signal)));
    return toPod(
      uid,
      things.filter((thing) => thing !== undefined),
    );
  }

  async #lookForListing(row: Docker.ContainerInfo, signal: AbortSignal): Promise<Seen | undefined> {
    const last = this.#lastSeen.get(row.Id);
    if (row.State === 'exited' && last !== undefined && 'container' in last && last.container.state === 'exited') {
      return last;
    }
    try {
      return await this.#look(row.Id, signal);
    } catch (error) {
      // The engine hangs on one container at times: that must not hide the other pods.
      if (!signal.aborted && hasCode(error, 'Unavailable') && last !== undefined) return last;
      throw error;
    }
  }

  /** `undefined` when it is gone by now, or not a pod's container. */
  async #look(id: string, signal: AbortSignal): Promise<Seen | undefined> {
    const inspected = await inspectContainer(this.#context.engine, id, signal);
    const labels = inspected === undefined ? undefined : parsePodLabels(inspected.Config.Labels);
    if (inspected === undefined || labels === undefined) return undefined;
    if (labels.role === 'sandbox') return { pod: labels.pod, sandbox: toObservedSandbox(inspected, labels) };
    const image = await this.#images.of(inspected.Image, signal);
    return { pod: labels.pod, container: toObservedContainer(inspected, labels, image) };
  }
}

function toPod(uid: string, things: readonly Seen[]): ObservedPod {
  const pod = things[0]?.pod;
  const byAttempt = (a: { attempt: number }, b: { attempt: number }): number => b.attempt - a.attempt;
  const sandboxes = things.flatMap((thing) => ('sandbox' in thing ? [thing.sandbox] : [])).sort(byAttempt);
  const containers = things
    .flatMap((thing) => ('container' in thing ? [thing.container] : []))
    .map((container) => ({ ...container, sandboxInstance: joinedInstance(container, sandboxes) }))
    .sort(byAttempt);
  return { uid, namespace: pod?.namespace ?? '', name: pod?.name ?? '', sandboxes, containers };
}
