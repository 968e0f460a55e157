import type Docker from 'dockerode';
import { hasCode, KubeletteError } from '../lib/errors.js';
import type { ImageFound, ImageListed, ImageService, PullProgress, RegistryAuth } from '../runtime/runtime.js';
import type { Engine, EngineRequest } from './engine.js';
import { answerError, toKubeletteError } from './engine-error.js';
import { named, type ImageAnswer } from './host.js';
import { splitReference } from './image-reference.js';
import { jsonLines } from './json-lines.js';
import { PullProgressText, type PullLine } from './pull-progress.js';
import { PullWatch } from './pull-watch.js';

/** A pull that stands still this long is given up. Source: cri-dockerd --image-pull-progress-deadline. */
const PULL_PROGRESS_DEADLINE_MS = 60_000;

/** The engine's images. */
export class DockerImages implements ImageService {
  readonly #engine: Engine;
  readonly #pullDeadlineMs: number;

  /** @param pullDeadlineMs a pull that stands still this long is given up */
  constructor(engine: Engine, pullDeadlineMs = PULL_PROGRESS_DEADLINE_MS) {
    this.#engine = engine;
    this.#pullDeadlineMs = pullDeadlineMs;
  }

  async find(reference: string, signal: AbortSignal): Promise<ImageFound | undefined> {
    const image = await inspectImage(this.#engine, reference, signal);
    if (image === undefined) return undefined;
    // New APIs leave out what is empty.
    const user = (image.Config as Partial<typeof image.Config> | undefined)?.User ?? '';
    return { id: image.Id, sizeBytes: image.Size, user };
  }

  async pull(
    reference: string,
    auth: RegistryAuth | undefined,
    onProgress: (progress: PullProgress) => void,
    signal: AbortSignal,
  ): Promise<ImageFound> {
    const watch = new PullWatch(reference, this.#pullDeadlineMs, this.#engine.clock, signal);
    try {
      await this.#follow(reference, auth, watch, onProgress, watch.signal);
    } catch (error) {
      signal.throwIfAborted();
      watch.signal.throwIfAborted();
      throw pullError(toKubeletteError(error, this.#engine.facts.endpoint));
    } finally {
      // Closing the connection cancels the pull on the engine: it must not outlive this call.
      watch.end();
    }
    const found = await this.find(reference, signal);
    if (found !== undefined) return found;
    throw new KubeletteError('NotFound', `image "${reference}" was pulled but the engine does not have it`);
  }

  async list(signal: AbortSignal): Promise<readonly ImageListed[]> {
    const list = async <T>(path: string, query = {}): Promise<readonly T[]> =>
      this.#engine.call<readonly T[]>({ method: 'GET', path, query }, signal);
    // In this order: a container that is made in between is seen.
    const images = await list<ImageAnswer & { readonly Id: string }>('/images/json');
    const containers = await list<{ readonly ImageID: string }>('/containers/json', { all: true });
    const used = new Set(containers.map(({ ImageID }) => ImageID));
    return images.map(({ Id, RepoDigests, RepoTags, Size }) => ({
      id: Id,
      tags: named(RepoTags),
      digests: named(RepoDigests),
      sizeBytes: Size,
      inUse: used.has(Id),
    }));
  }

  async remove(reference: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#engine.call({ method: 'DELETE', path: `/images/${reference}` }, signal);
    } catch (error) {
      if (!hasCode(error, 'NotFound')) throw error;
    }
  }

  async #follow(
    reference: string,
    auth: RegistryAuth | undefined,
    watch: PullWatch,
    onProgress: (progress: PullProgress) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const stream = await this.#engine.stream(
      {
        method: 'POST',
        path: '/images/create',
        query: splitReference(reference),
        // The watch is the one that gives up.
        withinMs: 2 * this.#pullDeadlineMs,
        ...(auth === undefined ? {} : { auth: authConfig(auth) }),
      },
      signal,
    );
    const progress = new PullProgressText();
    for await (const line of jsonLines<PullLine>(stream)) {
      // A failure after the first byte is a line of a reply with status 200.
      const failure = line.errorDetail?.message ?? line.error;
      if (failure !== undefined) throw answerError(line.errorDetail?.code ?? 500, failure);
      const text = progress.add(line);
      watch.moved(text);
      onProgress({ text });
    }
  }
}

const authConfig = ({ identityToken, password, server, username }: RegistryAuth): NonNullable<EngineRequest['auth']> =>
  identityToken === undefined
    ? { username, password, serveraddress: server }
    : { identitytoken: identityToken, serveraddress: server };

/**
 * Whatever the engine answered, it is there: `Unavailable` is kept for when it is not. Of a registry that answers with
 * 502, 503 or 504 it tells in its own status, in a code beside the words, or, old ones and those with the image store of
 * containerd, in the words alone.
 */
function pullError(error: KubeletteError): KubeletteError {
  const { statusCode } = error.details;
  if (typeof statusCode !== 'number') return error;
  const isRegistryAway =
    [502, 503, 504].includes(statusCode) ||
    /unexpected (HTTP status|status from \w+ request to \S+): 50[234]\b/.test(error.message);
  return isRegistryAway
    ? new KubeletteError('Internal', error.message, {
        cause: error,
        details: { statusCode, reason: 'RegistryUnavailable' },
      })
    : error;
}

/** @returns `undefined` when the engine does not have it. @throws `Invalid` when it cannot be parsed */
export async function inspectImage(
  engine: Engine,
  reference: string,
  signal: AbortSignal,
): Promise<Docker.ImageInspectInfo | undefined> {
  if (!/^[\w.:/@-]+$/.test(reference) || reference.split('/').includes('..')) {
    // It becomes part of a path.
    throw new KubeletteError('Invalid', `Error response from daemon: invalid reference format: ${reference}`);
  }
  try {
    return await engine.call<Docker.ImageInspectInfo>({ method: 'GET', path: `/images/${reference}/json` }, signal);
  } catch (error) {
    if (hasCode(error, 'NotFound')) return undefined;
    throw error;
  }
}
