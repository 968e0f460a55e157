import type Docker from 'dockerode';
import { hasCode } from '../lib/errors.js';
import type { ObservedContainer, ObservedPod, ObservedSandbox, PodIdentity } from '../runtime/observed.js';
import type { DockerContext } from './context.js';
import type { ImageNamesCache } from './image-names.js';
import { inspectContainer, listContainers } from './inspect.js';
import { LABEL, ownedFilter, parsePodLabels } from './labels.js';
import type { MemoryKills } from './memory-kills.js';
import { joinedInstance, toObservedContainer, toObservedSandbox } from './observe.js';

/** One thing of a pod as it was last seen. */
type Seen =
  | { readonly pod: PodIdentity; readonly sandbox: ObservedSandbox }
  | { readonly pod: PodIdentity; readonly container: ObservedContainer };

/** What a listing said of a container, and what was found then by looking at it. */
interface Listed {
  readonly seen: Seen;
  /** All of its row but the texts that say for how long. */
  readonly row: string;
  /** When this was last found to hold, by the monotonic clock, ms. */
  readonly at: number;
}

/** Texts of less than a minute name seconds: whoever started within this time shows it. */
const TRUST_MS = 30_000;

/**
 * Reads pods off the engine. Remembers what has not changed, so that a quiet node costs one listing: a row of a container that
 * runs tells everything but whether it is the same run, and that is told by its age.
 */
export class PodObserver {
  readonly #context: DockerContext;
  readonly #images: ImageNamesCache;
  readonly #kills: MemoryKills;
  /** By container id, from the last listing. */
  #listed = new Map<string, Listed>();

  constructor(context: DockerContext, images: ImageNamesCache, kills: MemoryKills) {
    this.#context = context;
    this.#images = images;
    this.#kills = kills;
  }

  /** Every pod of this agent with at least one container. */
  async listPods(signal: AbortSignal): Promise<readonly ObservedPod[]> {
    const { engine, ownership } = this.#context;
    const rows = await listContainers(engine, ownedFilter(ownership), signal);
    const listed = new Map<string, Listed>();
    await Promise.all(
      rows.map(async (row) => {
        const one = await this.#list(row, signal);
        if (one !== undefined) listed.set(row.Id, one);
      }),
    );
    this.#listed = listed;
    const byUid = new Map<string, Seen[]>();
    for (const { seen } of listed.values()) byUid.set(seen.pod.uid, [...(byUid.get(seen.pod.uid) ?? []), seen]);
    return [...byUid].map(([uid, things]) => this.#toPod(uid, things));
  }

  /** The pod as it is now. */
  async inspectPod(uid: string, signal: AbortSignal): Promise<ObservedPod> {
    const { engine, ownership } = this.#context;
    const rows = await listContainers(engine, ownedFilter(ownership, { [LABEL.podUid]: uid }), signal);
    const things = await Promise.all(rows.map(async (row) => this.#look(row.Id, signal)));
    return this.#toPod(
      uid,
      things.filter((thing) => thing !== undefined),
    );
  }

  async #list(listedRow: Docker.ContainerInfo, signal: AbortSignal): Promise<Listed | undefined> {
    const { clock } = this.#context.engine;
    const last = this.#listed.get(listedRow.Id);
    const now = { row: JSON.stringify({ ...listedRow, Status: undefined }), at: clock.monotonic() };
    if (last !== undefined && (hasEndedForGood(listedRow, last) || isTheSameRun(listedRow, last, now))) {
      return { seen: last.seen, ...now };
    }
    try {
      const seen = await this.#look(listedRow.Id, signal);
      return seen && { seen, ...now };
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

  #toPod(uid: string, things: readonly Seen[]): ObservedPod {
    const pod = things[0]?.pod;
    const byAttempt = (a: { attempt: number }, b: { attempt: number }): number => b.attempt - a.attempt;
    const sandboxes = things.flatMap((thing) => ('sandbox' in thing ? [thing.sandbox] : [])).sort(byAttempt);
    const containers = things
      .flatMap((thing) => ('container' in thing ? [thing.container] : []))
      .map((container) => ({
        ...this.#kills.applyTo(container),
        sandboxInstance: joinedInstance(container, sandboxes),
      }))
      .sort(byAttempt);
    return { uid, namespace: pod?.namespace ?? '', name: pod?.name ?? '', sandboxes, containers };
  }
}

const hasEndedForGood = ({ State }: Docker.ContainerInfo, { seen }: Listed): boolean =>
  State === 'exited' && 'container' in seen && seen.container.state === 'exited';

/** `Up 3 minutes`, and so it was half a minute ago at most. */
const isTheSameRun = ({ State, Status }: Docker.ContainerInfo, last: Listed, now: Omit<Listed, 'seen'>): boolean =>
  State === 'running' && /^Up (?!.*second)/.test(Status) && now.row === last.row && now.at - last.at <= TRUST_MS;
