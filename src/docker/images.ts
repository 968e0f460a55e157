import type Docker from 'dockerode';
import type { Readable } from 'node:stream';
import { hasCode, KubeletteError } from '../lib/errors.js';
import type { ImageFound, ImageService, PullProgress, RegistryAuth } from '../runtime/runtime.js';
import { withDeadline } from './deadline.js';
import type { Engine } from './engine.js';
import { answerError, toKubeletteError } from './engine-error.js';
import { splitReference } from './image-reference.js';
import { jsonLines } from './json-lines.js';
import { PullProgressText, type PullLine } from './pull-progress.js';

/** A pull that stands still this long is given up. Source: kubelet image-pull-progress-deadline. */
const PULL_PROGRESS_DEADLINE_MS = 60_000;

/** The engine's images. */
export class DockerImages implements ImageService {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
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
    // Closing the connection cancels the pull on the engine, so it must not outlive this call.
    const ended = new AbortController();
    const stream = await this.#engine.stream(
      {
        method: 'POST',
        path: '/images/create',
        query: splitReference(reference),
        withinMs: PULL_PROGRESS_DEADLINE_MS,
        ...(auth === undefined
          ? {}
          : { auth: { username: auth.username, password: auth.password, serveraddress: auth.server } }),
      },
      AbortSignal.any([signal, ended.signal]),
    );
    try {
      await this.#watch(reference, stream, onProgress, signal);
    } finally {
      ended.abort();
    }
    const found = await this.find(reference, signal);
    if (found !== undefined) return found;
    throw new KubeletteError('NotFound', `image "${reference}" was pulled but the engine does not have it`);
  }

  async #watch(
    reference: string,
    stream: Readable,
    onProgress: (progress: PullProgress) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const lines = jsonLines<PullLine>(stream);
    const progress = new PullProgressText();
    const next = async (): Promise<IteratorResult<PullLine>> => lines.next();
    for (;;) {
      const what = `pull of image "${reference}": the engine made no progress and`;
      const line = await withDeadline(what, PULL_PROGRESS_DEADLINE_MS, this.#engine.clock, signal, next).catch(
        (error: unknown) => {
          signal.throwIfAborted();
          throw toKubeletteError(error, this.#engine.facts.endpoint);
        },
      );
      if (line.done) return;
      // A failure after the first byte is a line of a reply with status 200.
      const failure = line.value.errorDetail?.message ?? line.value.error;
      if (failure !== undefined) throw answerError(500, failure);
      onProgress({ text: progress.add(line.value) });
    }
  }
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
