import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { LinkedAbort } from '../../lib/abort.js';
import type { Clock } from '../../lib/clock.js';
import { errorMessage } from '../../lib/errors.js';
import type { Logger } from '../../lib/logger.js';
import { Wake } from '../../lib/wake.js';
import { DEFAULT_CONTAINER_LOGS } from '../../options.js';
import type { ObservedContainer, PodIdentity } from '../../runtime/observed.js';
import type { RuntimeStreams } from '../../runtime/streams.js';
import { LogChannel } from './log-channel.js';
import { LogFile, type OpenLogFile } from './log-file.js';
import { removeLink, removeLinks, writeLink } from './log-links.js';
import { containerLogDirectory, logPath, podLogDirectory } from './log-paths.js';
import { LogProgress, newestRecord } from './log-progress.js';
import { pumpLog } from './log-pump.js';
import { readLog } from './log-reader.js';
import type { LogReadOptions, LogReference, LogStore } from './log-store.js';

/** An ended pump whose container is still seen running this much later ended too early and is resumed. */
const ENDED_TOO_EARLY_MS = 5_000;
/** How often a reader that is ahead of the first look at the engine looks for the pump. */
const UNKNOWN_PUMP_POLL_MS = 50;

export interface FileLogStoreOptions {
  /** `<dataDir>/logs`; made when missing. */
  readonly root: string;
  readonly streams: Pick<RuntimeStreams, 'logs'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Size at which a file is rotated; absent: `DEFAULT_CONTAINER_LOGS`. */
  readonly maxFileBytes?: number;
  /** Files of one container instance, the current one included, at least 2. */
  readonly maxFiles?: number;
  /** How log files are opened for writing; for tests with a disk that fails. */
  readonly open?: OpenLogFile;
}

interface Pump {
  readonly pod: PodIdentity;
  readonly path: string;
  readonly controller: AbortController;
  readonly progress: LogProgress;
  /** Set when the stream should have ended, or brought something. */
  readonly doubt: Wake;
  /** Start of the run whose output it copies; another one later means a container started again by hand. */
  readonly startedAt: number | undefined;
  /** Everything the engine had is stored. */
  readonly drained: Promise<void>;
  /** The file is closed too and nothing of it is at work. */
  readonly done: Promise<void>;
  endedAt?: number;
  /** The container was seen to have ended. */
  containerEnded: boolean;
}

/** The logs of this node's containers as files. */
export class FileLogStore implements LogStore {
  readonly #options: FileLogStoreOptions;
  /** By container id; an ended pump is remembered until the instance is removed. */
  readonly #pumps = new Map<string, Pump>();
  readonly #channels = new Map<string, LogChannel>();
  readonly #compressing = pLimit(1);
  #stopped = false;

  constructor(options: FileLogStoreOptions) {
    this.#options = options;
  }

  follow(pod: PodIdentity, container: ObservedContainer): void {
    // The engine ends the log stream of a container that never ran at once.
    if (this.#stopped || container.state === 'created') return;
    const known = this.#pumps.get(container.id);
    if (known !== undefined && !this.#worthResuming(known, container)) {
      this.#expectEnd(known, container);
      return;
    }
    this.#pumps.set(container.id, this.#start(pod, container));
  }

  async drained(containerId: string, withinMs: number, signal: AbortSignal): Promise<boolean> {
    let all = false;
    await this.#within(withinMs, signal, async () => {
      await this.#pumps.get(containerId)?.drained;
      all = true;
    });
    return all;
  }

  async caughtUp(containerId: string, withinMs: number, signal: AbortSignal): Promise<void> {
    const { clock, logger, streams } = this.#options;
    await this.#within(withinMs, signal, async (limit) => {
      let pump = this.#pumps.get(containerId);
      try {
        const newest = await newestRecord(streams, containerId, limit);
        if (newest === undefined) return;
        // An agent that has just started knows of the container before it has looked at the engine.
        for (; pump === undefined && !this.#stopped; pump = this.#pumps.get(containerId))
          await clock.sleep(UNKNOWN_PUMP_POLL_MS, limit);
        await pump?.progress.reached(newest, clock, limit);
      } catch (error) {
        // Then what is stored has to do: the reader is not worse off than without this.
        if (limit.aborted) pump?.doubt.set();
        else logger.debug({ containerId, reason: errorMessage(error) }, 'newest log record unknown');
      }
    });
  }

  async *read(
    reference: LogReference,
    options: LogReadOptions,
    running: () => boolean,
    signal: AbortSignal,
  ): AsyncGenerator<Buffer, void, undefined> {
    const path = logPath(this.#options.root, reference);
    const channel = this.#channel(path);
    try {
      yield* readLog({ path, channel, options, running, clock: this.#options.clock }, signal);
    } finally {
      this.#forgetIdle(path, channel);
    }
  }

  async tail(reference: LogReference, lines: number, bytes: number): Promise<string> {
    const options: LogReadOptions = { follow: false, tailLines: lines, timestamps: false };
    let end: Buffer = Buffer.alloc(0);
    for await (const chunk of this.read(reference, options, () => false, new AbortController().signal)) {
      end = Buffer.concat([end, chunk]).subarray(-bytes);
    }
    // The cut may have gone through a character.
    let start = 0;
    while (end.length >= bytes && start < 3 && ((end[start] ?? 0) & 0xc0) === 0x80) start += 1;
    return end.toString('utf8', start);
  }

  async removeInstance(reference: LogReference, containerId: string): Promise<void> {
    const { root } = this.#options;
    const { pod, container } = reference;
    await this.#forget([containerId]);
    const path = logPath(root, reference);
    this.#markRemoved((other) => other === path);
    const directory = containerLogDirectory(root, pod, container);
    // A directory that somebody replaced by a link is not ours to clear.
    if ((await isDirectory(podLogDirectory(root, pod))) && (await isDirectory(directory))) {
      const current = `${reference.attempt}.log`;
      for (const name of await readdir(directory)) {
        if (name === current || name.startsWith(`${current}.`)) await rm(join(directory, name), { force: true });
      }
    }
    await removeLink(root, pod, container, containerId);
  }

  async removePod(pod: PodIdentity): Promise<void> {
    const { root } = this.#options;
    const directory = podLogDirectory(root, pod);
    await this.#forget([...this.#pumps].filter(([, pump]) => pump.pod.uid === pod.uid).map(([id]) => id));
    this.#markRemoved((path) => path.startsWith(join(directory, '/')));
    // Removes a link as a link; what it points to stays.
    await rm(directory, { recursive: true, force: true });
    await removeLinks(root, pod);
  }

  async highestAttempt(pod: PodIdentity, container: string): Promise<number | undefined> {
    let highest: number | undefined;
    for (const name of await namesIn(containerLogDirectory(this.#options.root, pod, container))) {
      const attempt = /^(\d+)\.log(\.|$)/.exec(name)?.[1];
      if (attempt !== undefined) highest = Math.max(highest ?? 0, Number(attempt));
    }
    return highest;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#forget([...this.#pumps.keys()]);
  }

  /** Does the work, but not for longer than this. Rejects only on abort. */
  async #within(ms: number, signal: AbortSignal, work: (limit: AbortSignal) => Promise<unknown>): Promise<void> {
    signal.throwIfAborted();
    const over = new LinkedAbort(signal);
    const limit = over.signal;
    try {
      await Promise.race([work(limit), this.#options.clock.sleep(ms, limit)]);
    } finally {
      over.abort();
    }
    signal.throwIfAborted();
  }

  #worthResuming(known: Pump, container: ObservedContainer): boolean {
    if (known.endedAt === undefined) return false;
    if (container.startedAt !== known.startedAt) return true;
    return container.state === 'running' && this.#options.clock.monotonic() - known.endedAt >= ENDED_TOO_EARLY_MS;
  }

  #expectEnd(pump: Pump, { startedAt, state }: ObservedContainer): void {
    if (pump.endedAt !== undefined || state !== 'exited' || pump.startedAt !== startedAt) return;
    pump.containerEnded = true;
    pump.doubt.set();
  }

  #start(pod: PodIdentity, container: ObservedContainer): Pump {
    const { root, streams, clock, maxFileBytes, maxFiles, open } = this.#options;
    const reference: LogReference = { pod, container: container.name, attempt: container.attempt };
    const path = logPath(root, reference);
    const channel = this.#channel(path);
    const controller = new AbortController();
    const progress = new LogProgress();
    const doubt = new Wake();
    const logger = this.#options.logger.child({
      pod: `${pod.namespace}/${pod.name}`,
      container: container.name,
      containerId: container.id,
    });
    const file = new LogFile({
      path,
      maxBytes: maxFileBytes ?? DEFAULT_CONTAINER_LOGS.maxFileBytes,
      maxFiles: maxFiles ?? DEFAULT_CONTAINER_LOGS.maxFiles,
      channel,
      clock,
      logger,
      ...(open === undefined ? {} : { open }),
      background: (task) => this.#compressing(task),
      signal: controller.signal,
    });
    // One writer per file: whoever had it before must be done with it.
    const before = [...this.#pumps.values()].filter((other) => other.path === path).map((other) => other.done);
    const copy = async (): Promise<void> => {
      await Promise.all(before);
      await this.#link(pod, container, path, file, logger);
      const follow = container.state !== 'exited';
      const hasEnded = (): boolean => pump.containerEnded;
      await pumpLog(
        { containerId: container.id, follow, file, storedUpTo: progress, doubt, hasEnded, streams, clock, logger },
        controller.signal,
      );
    };
    channel.pumps += 1;
    const drained = copy().finally(() => {
      pump.endedAt = clock.monotonic();
      channel.pumps -= 1;
      channel.notify();
      progress.end();
      this.#forgetIdle(path, channel);
    });
    const done = drained.then(() => file.close()).catch((error: unknown) => logger.warn({ err: error }, 'log file'));
    const pump: Pump = {
      ...{ pod, path, controller, progress, doubt, drained, done },
      startedAt: container.startedAt,
      containerEnded: false,
    };
    return pump;
  }

  /** A link is a convenience: without it the log is just as good. */
  async #link(
    pod: PodIdentity,
    container: ObservedContainer,
    path: string,
    file: LogFile,
    logger: Logger,
  ): Promise<void> {
    try {
      await file.open();
      await writeLink(this.#options.root, pod, container.name, container.id, path);
    } catch (error) {
      logger.debug({ reason: errorMessage(error) }, 'log file has no link');
    }
  }

  /** Ends these pumps and waits until they let go of their files. */
  async #forget(containerIds: readonly string[]): Promise<void> {
    const pumps = containerIds.map((id) => this.#pumps.get(id)).filter((pump) => pump !== undefined);
    for (const pump of pumps) pump.controller.abort();
    await Promise.all(pumps.map((pump) => pump.done));
    for (const id of containerIds) this.#pumps.delete(id);
  }

  #channel(path: string): LogChannel {
    const known = this.#channels.get(path);
    if (known !== undefined) return known;
    const channel = new LogChannel();
    this.#channels.set(path, channel);
    return channel;
  }

  #forgetIdle(path: string, channel: LogChannel): void {
    if (channel.idle && this.#channels.get(path) === channel) this.#channels.delete(path);
  }

  #markRemoved(concerns: (path: string) => boolean): void {
    for (const [path, channel] of this.#channels) {
      if (!concerns(path)) continue;
      channel.removed = true;
      this.#channels.delete(path);
      channel.notify();
    }
  }
}

const isDirectory = async (path: string): Promise<boolean> =>
  (await lstat(path).catch(() => undefined))?.isDirectory() ?? false;

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
