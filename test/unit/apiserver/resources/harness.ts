import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KubeObject } from '../../../../src/api/schema/meta.js';
import type { Pod } from '../../../../src/api/schema/pod.js';
import { Chunk } from '../../../../src/apiserver/http/chunk.js';
import { toStatusError } from '../../../../src/apiserver/http/error-status.js';
import { badRequest, notFound, StatusError } from '../../../../src/apiserver/http/status-error.js';
import type { ApiRequest, ApiResponse, Route, StreamPiece } from '../../../../src/apiserver/http/types.js';
import { allKinds } from '../../../../src/apiserver/kinds/all-kinds.js';
import type { ApplyPatch, DecodeBody } from '../../../../src/apiserver/resources/ports.js';
import { resourceRoutes } from '../../../../src/apiserver/resources/registry.js';
import { PodGate } from '../../../../src/kubelet/pod-gate.js';
import { requestPodDeletion } from '../../../../src/kubelet/pod-deletion.js';
import { KubeletteError } from '../../../../src/lib/errors.js';
import { silentLogger } from '../../../../src/lib/logger.js';
import { MemoryStore } from '../../../../src/store/memory-store.js';
import { FakeClock } from '../../../support/fake-clock.js';

export interface Call {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** An answer without a stream. */
export interface Answer {
  readonly status: number;
  readonly object: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
}

/** JSON only. */
const decodeBody: DecodeBody = async (request) => {
  const text = (await request.body()).toString('utf8');
  return { object: text === '' ? undefined : (JSON.parse(text) as unknown) };
};

/** RFC 7386, and server-side apply as the same. */
const applyPatch: ApplyPatch = (contentType, patch, current, kind) => {
  if (contentType === 'application/apply-patch+yaml')
    return {
      object: merge(current ?? {}, JSON.parse(patch.toString('utf8')) as unknown),
      created: current === undefined,
    };
  if (contentType !== 'application/merge-patch+json') throw badRequest(`this test does not know ${contentType}`);
  if (current === undefined) throw notFound({ group: kind.group, plural: kind.plural }, 'missing');
  return { object: merge(current, JSON.parse(patch.toString('utf8')) as unknown), created: false };
};

function merge(into: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = typeof into === 'object' ? { ...into } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(result, key);
    else result[key] = merge(result[key], value);
  }
  return result;
}

/** The resources of all kinds on a store in memory, asked without a socket. */
export class TestApi {
  readonly clock = new FakeClock();
  readonly store: MemoryStore;
  readonly routes: readonly Route[];
  /** The next `flushed` fails with it. */
  diskError: Error | undefined;
  /** The last one has failed. */
  diskFull = false;

  constructor(options: { readonly historyLimit?: number } = {}) {
    this.store = new MemoryStore({
      clock: this.clock,
      historyLimit: options.historyLimit ?? 1_000,
      revision: 0,
      objects: [],
      failing: () => this.diskFull,
      flushed: () => (this.diskError === undefined ? Promise.resolve() : Promise.reject(this.diskError)),
    });
    const gate = new PodGate({
      store: this.store,
      nodeName: 'node-a',
      podSecurity: 'privileged',
      clock: this.clock,
      logger: silentLogger,
    });
    this.routes = resourceRoutes({
      store: this.store,
      kinds: allKinds,
      clock: this.clock,
      decodeBody,
      applyPatch,
      nodeName: 'node-a',
      deletePod: (namespace, name, grace) => void requestPodDeletion(this.store, this.clock, namespace, name, grace),
      admitPod: (pod: Pod) => gate.admit(pod),
      admitPodUpdate: (next, before) => gate.checkUpdate(next, before),
      podWarnings: (pod) => gate.warnings(pod),
      podSecurity: 'privileged',
    });
    for (const name of ['default', 'other'])
      this.store.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }

  /** @param target path and query */
  async send(method: string, target: string, { body, headers = {}, signal }: Call = {}): Promise<ApiResponse> {
    const url = new URL(target, 'http://test');
    const found = this.routes
      .map((route) => ({ route, params: match(route.pattern, url.pathname) }))
      .find(({ route, params }) => route.method === method && params !== undefined);
    if (found?.params === undefined) throw new Error(`no route for ${method} ${target}`);
    const request: ApiRequest = {
      method,
      path: url.pathname,
      query: url.searchParams,
      headers,
      params: found.params,
      user: { name: 'test', groups: [] },
      signal: signal ?? new AbortController().signal,
      body: () => Promise.resolve(Buffer.from(body === undefined ? '' : JSON.stringify(body))),
      raw: undefined as unknown as IncomingMessage,
    };
    return found.route.handle(request, undefined as unknown as ServerResponse);
  }

  /** An object or an error, as a client sees it. */
  async call(method: string, target: string, call: Call = {}): Promise<Answer> {
    try {
      const response = await this.send(method, target, call);
      if (response.kind !== 'object') throw new Error(`${method} ${target} answers with a ${response.kind}`);
      // What goes over the wire.
      const object = JSON.parse(JSON.stringify(response.object)) as Answer['object'];
      return { status: response.status, object, warnings: response.warnings ?? [] };
    } catch (error) {
      if (!(error instanceof StatusError || error instanceof KubeletteError)) throw error;
      const answered = toStatusError(error);
      return { status: answered.code, object: answered.toStatus(), warnings: [] };
    }
  }

  async mergePatch(target: string, patch: unknown): Promise<Answer> {
    return this.call('PATCH', target, { body: patch, headers: { 'content-type': 'application/merge-patch+json' } });
  }

  /** @param target path and query without `watch`. */
  watch(target: string, headers: Readonly<Record<string, string>> = {}): TestWatch {
    return new TestWatch(this, `${target}${target.includes('?') ? '&' : '?'}watch=true`, headers);
  }
}

export interface WatchLine {
  readonly type: string;
  readonly object: KubeObject & Readonly<Record<string, unknown>>;
}

/** An open watch. */
export class TestWatch {
  readonly #stop = new AbortController();
  readonly #chunks: Promise<AsyncIterator<StreamPiece>>;
  readonly #unread: string[] = [];
  /** Pieces in which the lines came. */
  pieces = 0;

  constructor(api: TestApi, target: string, headers: Readonly<Record<string, string>>) {
    this.#chunks = api.send('GET', target, { signal: this.#stop.signal, headers }).then((response) => {
      if (response.kind !== 'stream') throw new Error(`${target} answers with a ${response.kind}`);
      return response.chunks[Symbol.asyncIterator]();
    });
  }

  /** The next line, or undefined at the end. */
  async next(): Promise<WatchLine | undefined> {
    if (this.#unread.length === 0) {
      const result = await (await this.#chunks).next();
      if (result.done === true) return undefined;
      this.pieces += 1;
      this.#unread.push(...textOf(result.value).trimEnd().split('\n'));
    }
    return JSON.parse(this.#unread.shift() ?? '') as WatchLine;
  }

  /** The next lines in short: `ADDED a 3`. */
  async lines(count: number): Promise<string[]> {
    const lines: string[] = [];
    while (lines.length < count) {
      const line = await this.next();
      if (line === undefined) return [...lines, 'end'];
      lines.push(inShort(line));
    }
    return lines;
  }

  stop(): void {
    this.#stop.abort();
  }
}

const textOf = (piece: StreamPiece): string => String(piece instanceof Chunk ? piece.content : piece);

const inShort = ({ type, object }: WatchLine): string =>
  `${type} ${object.metadata.name} ${object.metadata.resourceVersion ?? ''}`.replace('undefined ', '');

function match(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    if (part.startsWith(':')) params[part.slice(1)] = decodeURIComponent(value);
    else if (part !== value) return undefined;
  }
  return params;
}

export const configMap = (name: string, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  ...more,
});

export const pod = (name: string, spec: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'app', image: 'busybox:1' }], ...spec },
});

export const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
export const PODS = '/api/v1/namespaces/default/pods';
