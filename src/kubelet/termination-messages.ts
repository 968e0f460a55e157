import { mkdir, open, rm } from 'node:fs/promises';
import { constants } from 'node:fs';
import path from 'node:path';
import type { Container, Pod } from '../api/schema/pod.js';
import { isDiskTrouble } from '../lib/disk-trouble.js';
import { errorMessage } from '../lib/errors.js';
import type { ObservedContainer } from '../runtime/observed.js';
import { podIdentity } from './core/view/pod-identity.js';
import type { LogStore } from './logs/log-store.js';

/** Limits of the kubelet: the file's last bytes, or the log's last lines. */
const MAX_MESSAGE_BYTES = 4096;
const MAX_FALLBACK_LINES = 80;
const MAX_FALLBACK_BYTES = 2048;
/** All messages of a pod together, in equal parts. Source: kubelet MaxPodTerminationMessageLogLength. */
const MAX_POD_BYTES = 12_288;
/** How long a status waits for the rest of a log: an engine that is slow is asked twice for it. */
const LOG_DRAIN_MS = 10_000;

interface Known {
  readonly finishedAt: number | undefined;
  readonly message: string;
  /** There was more of the log than was stored by then. */
  readonly cut: boolean;
}

/**
 * The files containers may leave a last word in: one per instance, bound to `terminationMessagePath`. Where the engine
 * does not see the agent's files there is none, and only FallbackToLogsOnError gives a message.
 * Source: kubelet getTerminationMessage, pkg/kubelet/kuberuntime/kuberuntime_container.go.
 */
export class TerminationMessages {
  readonly #root: string;
  readonly #logs: LogStore;
  /**
   * By pod uid and container id, of those there were at the last look; an ended instance does not change its mind, unless
   * somebody starts it again by hand.
   */
  readonly #known = new Map<string, ReadonlyMap<string, Known>>();

  /** @param root the data directory's `pods` folder */
  constructor(root: string, logs: LogStore) {
    this.#root = root;
    this.#logs = logs;
  }

  /**
   * Makes the empty file for an instance that is about to be created.
   * @returns its path; undefined on a disk that refuses: the container runs without. Source: kubelet makeMounts
   */
  async prepare(pod: Pod, container: Container, attempt: number): Promise<string | undefined> {
    const file = this.#file(pod, container.name, attempt);
    try {
      await makeOpenFile(file);
      return file;
    } catch (error) {
      if (isDiskTrouble(error)) return undefined;
      throw error;
    }
  }

  /** Messages of all ended instances, by container id. */
  async collect(
    pod: Pod,
    containers: readonly ObservedContainer[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string>> {
    const { containers: apps, ephemeralContainers = [], initContainers = [] } = pod.spec;
    const specified = [...initContainers, ...apps, ...ephemeralContainers];
    const share = Math.floor(MAX_POD_BYTES / specified.length);
    const { uid = '' } = pod.metadata;
    const before = this.#known.get(uid);
    const current = new Map<string, Known>();
    for (const ended of containers) {
      const container = specified.find(({ name }) => name === ended.name);
      if (container === undefined || ended.state !== 'exited') continue;
      const { finishedAt, id } = ended;
      let known = before?.get(id);
      if (known === undefined || known.finishedAt !== finishedAt || known.cut) {
        const { cut, text } = await this.#read(pod, container, ended, signal);
        known = { finishedAt, message: firstBytes(text, share), cut };
      }
      current.set(id, known);
    }
    if (current.size === 0) this.#known.delete(uid);
    else this.#known.set(uid, current);
    return new Map([...current].map(([id, { message }]) => [id, message]));
  }

  async forgetPod(uid: string): Promise<void> {
    this.#known.delete(uid);
    await rm(path.join(this.#root, uid), { recursive: true, force: true });
  }

  #file(pod: Pod, container: string, attempt: number): string {
    return path.join(this.#root, pod.metadata.uid ?? '', 'containers', container, String(attempt));
  }

  async #read(
    pod: Pod,
    container: Container,
    ended: ObservedContainer,
    signal: AbortSignal,
  ): Promise<{ readonly text: string; readonly cut: boolean }> {
    const fromFile = await readLastBytes(
      this.#file(pod, container.name, ended.attempt),
      container.terminationMessagePath ?? '',
    );
    const fallsBack = container.terminationMessagePolicy === 'FallbackToLogsOnError';
    if (fromFile !== '' || !fallsBack || ended.exitCode === 0 || ended.startedAt === undefined)
      return { text: fromFile, cut: false };
    const complete = await this.#logs.drained(ended.id, LOG_DRAIN_MS, signal);
    const reference = { pod: podIdentity(pod), container: container.name, attempt: ended.attempt };
    return { text: await this.#logs.tail(reference, MAX_FALLBACK_LINES, MAX_FALLBACK_BYTES), cut: !complete };
  }
}

async function makeOpenFile(file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, constants.O_CREAT | constants.O_WRONLY | constants.O_NOFOLLOW, 0o666);
  try {
    // Any user of the container writes into it, whatever the agent's umask says.
    await handle.chmod(0o666);
  } finally {
    await handle.close();
  }
}

async function readLastBytes(file: string, shownPath: string): Promise<string> {
  try {
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const { size } = await handle.stat();
      const length = Math.min(size, MAX_MESSAGE_BYTES);
      const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
      return buffer.toString('utf8');
    } finally {
      await handle.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    return `Error on reading termination log ${shownPath}: ${errorMessage(error)}`;
  }
}

/** Cut to so many bytes; a character is kept or left out, never torn. */
function firstBytes(text: string, bytes: number): string {
  const all = Buffer.from(text);
  if (all.length <= bytes) return text;
  let end = bytes;
  while (end > 0 && ((all[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return all.toString('utf8', 0, end);
}
