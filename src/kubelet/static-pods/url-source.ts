import { isDeepStrictEqual } from 'node:util';
import { describeConfig, type ConfigObject } from '../../api/config-object.js';
import type { Pod } from '../../api/schema/pod.js';
import { FINISHED, isAbort, LinkedAbort } from '../../lib/abort.js';
import type { Clock } from '../../lib/clock.js';
import { errorMessage, KubeletteError } from '../../lib/errors.js';
import { objectKey } from '../../store/store.js';
import { MAX_MANIFEST_BYTES } from './manifest-files.js';
import { readManifestPods, type ManifestPods } from './manifest-pods.js';
import { wholeFile, type PodSource, type Snapshot } from './pod-source.js';

/** Source: kubelet pkg/kubelet/config/http.go, --http-check-frequency */
export const FETCH_PERIOD_MS = 20_000;
export const FETCH_TIMEOUT_MS = 10_000;

export interface UrlSourceOptions {
  /** `http:` or `https:`; a user name and password in it are sent as basic authentication. */
  readonly url: string;
  readonly nodeName: string;
  readonly clock: Clock;
  readonly fetch: typeof globalThis.fetch;
}

/**
 * Static pods from a web server: a Pod, a PodList, or several documents. While the server does not answer well, the pods
 * stay; an empty answer takes them all away, as with the kubelet.
 */
export class UrlSource implements PodSource {
  readonly name = 'http';
  readonly #options: UrlSourceOptions;
  /** Without the password, which belongs neither into a request line nor into a log. */
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  /** @throws Invalid when the URL is none */
  constructor(options: UrlSourceOptions) {
    this.#options = options;
    const url = parseUrl(options.url);
    const { username, password } = url;
    url.username = '';
    url.password = '';
    this.#url = url.href;
    const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
    this.#headers = username === '' ? {} : { authorization: `Basic ${credentials.toString('base64')}` };
  }

  async *snapshots(signal: AbortSignal): AsyncGenerator<Snapshot> {
    let lastText: string | undefined;
    let content: ManifestPods | undefined;
    let last: Snapshot | undefined;
    try {
      while (!signal.aborted) {
        const answer = await this.#fetch(signal);
        if ('text' in answer && answer.text !== lastText) {
          lastText = answer.text;
          content = this.#parse(answer.text, content);
        }
        const snapshot = this.#combine(content, 'failure' in answer ? answer.failure : undefined);
        if (!isDeepStrictEqual(snapshot, last)) {
          last = snapshot;
          yield snapshot;
        }
        await this.#options.clock.sleep(FETCH_PERIOD_MS, signal);
      }
    } catch (error) {
      if (!isAbort(error, signal)) throw error;
    }
  }

  /** @param good what to stay with when the text has problems */
  #parse(text: string, good: ManifestPods | undefined): ManifestPods {
    const { nodeName } = this.#options;
    const url = this.#url;
    if (text.trim() === '')
      return {
        pods: [],
        configs: [],
        problems: [wholeFile(url, `zero-length data received from ${url}`)],
        warnings: [],
      };
    const options = { nodeName, source: this.name, suffixName: true, tolerateAll: false };
    const parsed = readManifestPods(text, url, options);
    // An empty PodList is no mistake: it says that there are none.
    if (parsed.problems.length === 0 || good === undefined) return parsed;
    return { ...parsed, pods: good.pods, configs: good.configs };
  }

  #combine(content: ManifestPods | undefined, failure: string | undefined): Snapshot {
    const url = this.#url;
    const pods = new Map<string, Pod>();
    const duplicates: Pod[] = [];
    for (const pod of content?.pods ?? []) {
      if (pods.has(objectKey(pod))) duplicates.push(pod);
      else pods.set(objectKey(pod), pod);
    }
    // Of two of a kind and name the first counts, as with pods.
    const configs = new Map<string, ConfigObject>();
    for (const object of content?.configs ?? []) {
      if (!configs.has(describeConfig(object))) configs.set(describeConfig(object), object);
    }
    const failed = failure === undefined ? [] : [wholeFile(url, failure)];
    const repeated = duplicates.map((pod) =>
      wholeFile(url, `pod ${objectKey(pod)} is ignored: there are two of this name`),
    );
    return {
      pods: [...pods.values()],
      configs: [...configs.values()],
      problems: [...failed, ...(content?.problems ?? []), ...repeated],
      warnings: content?.warnings ?? [],
      duplicates,
      unread: content === undefined ? [url] : [],
    };
  }

  async #fetch(signal: AbortSignal): Promise<{ readonly text: string } | { readonly failure: string }> {
    const { fetch, clock } = this.#options;
    const done = new AbortController();
    const bounded = new LinkedAbort(signal);
    const timer = clock.sleep(FETCH_TIMEOUT_MS, done.signal).then(
      () => bounded.abort(new KubeletteError('Timeout', `no answer within ${FETCH_TIMEOUT_MS / 1_000} s`)),
      () => undefined,
    );
    try {
      const response = await fetch(this.#url, { headers: this.#headers, signal: bounded.signal });
      if (response.status !== 200) {
        await response.body?.cancel();
        return { failure: `${response.status} ${response.statusText}`.trim() };
      }
      return { text: await readText(response) };
    } catch (error) {
      signal.throwIfAborted();
      return { failure: reasonOf(error) };
    } finally {
      bounded.release();
      done.abort(FINISHED);
      await timer;
    }
  }
}

function parseUrl(text: string): URL {
  try {
    return new URL(text);
  } catch (error) {
    throw new KubeletteError('Invalid', 'the URL of the manifests is not a URL', { cause: error });
  }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Typed as anything; the fetch standard says bytes.
  for await (const bytes of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += bytes.length;
    if (length > MAX_MANIFEST_BYTES)
      throw new KubeletteError('Invalid', `the answer is larger than ${MAX_MANIFEST_BYTES} bytes`);
    chunks.push(bytes);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new KubeletteError('Invalid', 'the answer is not UTF-8 text');
  }
}

/** What `fetch` throws says no more than that it failed; the reason is its cause. */
const reasonOf = (error: unknown): string =>
  error instanceof Error && error.cause !== undefined
    ? `${error.message}: ${errorMessage(error.cause)}`
    : errorMessage(error);
