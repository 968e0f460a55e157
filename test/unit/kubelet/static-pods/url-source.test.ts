import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MAX_MANIFEST_BYTES } from '../../../../src/kubelet/static-pods/manifest-files.js';
import { describeProblem, type Snapshot } from '../../../../src/kubelet/static-pods/pod-source.js';
import { FETCH_PERIOD_MS, FETCH_TIMEOUT_MS, UrlSource } from '../../../../src/kubelet/static-pods/url-source.js';
import { systemClock } from '../../../../src/lib/clock.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { hangingOn } from '../../../support/hanging-on.js';

const pod = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'app', image: 'busybox:1' }] },
});
const BOTH = JSON.stringify({ apiVersion: 'v1', kind: 'PodList', items: [pod('a'), pod('b')] });

let clock: FakeClock;
let stop: AbortController;
let answer: () => Response | Promise<Response>;
let requests: { url: string; headers: Headers }[];
let snapshots: Snapshot[];
let running: Promise<void>;

const fakeFetch: typeof fetch = async (input, init) => {
  requests.push({ url: input as string, headers: new Headers(init?.headers) });
  const { signal } = init ?? {};
  return Promise.race([
    Promise.resolve().then(() => answer()),
    new Promise<never>((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    }),
  ]);
};

function start(url = 'http://config/pods'): void {
  const source = new UrlSource({ url, nodeName: 'node-a', clock, fetch: fakeFetch });
  running = (async () => {
    for await (const snapshot of source.snapshots(stop.signal)) snapshots.push(snapshot);
  })();
}

beforeEach(() => {
  clock = new FakeClock();
  stop = new AbortController();
  requests = [];
  snapshots = [];
});
afterEach(async () => {
  stop.abort();
  await running;
  expect(clock.sleeping).toBe(0);
});

/** Lets the answer come at once, and again after the period, and shows the newest snapshot. */
async function after(
  next: () => Response | Promise<Response>,
): Promise<{ pods: string[]; problems: string[]; unread: readonly string[] }> {
  answer = next;
  await clock.advance(snapshots.length === 0 ? 0 : FETCH_PERIOD_MS);
  const { pods = [], problems = [], unread = [] } = snapshots.at(-1) ?? {};
  return { pods: pods.map(({ metadata }) => metadata.name), problems: problems.map(describeProblem), unread };
}
const text =
  (body: string, status = 200) =>
  (): Response =>
    new Response(body, { status, statusText: 'Whatever' });

describe('pods from a URL', () => {
  it('are static pods, asked for every 20 s', async () => {
    start();
    expect(await after(text(BOTH))).toEqual({ pods: ['a-node-a', 'b-node-a'], problems: [], unread: [] });
    expect(snapshots[0]?.pods[0]?.metadata.annotations).toMatchObject({
      'kubernetes.io/config.source': 'http',
      'kubelette.dev/manifest': 'http://config/pods',
    });
    expect(snapshots[0]?.pods[0]?.spec.tolerations).toBeUndefined();
    await clock.advance(FETCH_PERIOD_MS - 1);
    expect(requests).toHaveLength(1);
    await clock.advance(1);
    expect(requests).toHaveLength(2);
    expect(snapshots).toHaveLength(1);
  });

  it('are asked for without a trace in the signal that ends it all', async () => {
    start();
    await after(text(BOTH));
    const before = hangingOn(stop.signal);
    for (let time = 0; time < 5; time += 1) await after(text(BOTH, time === 2 ? 503 : 200));
    expect(hangingOn(stop.signal)).toBe(before);
  });

  it('follow the answer', async () => {
    start();
    await after(text(BOTH));
    expect(await after(text(JSON.stringify(pod('c'))))).toMatchObject({ pods: ['c-node-a'] });
    expect(await after(text('apiVersion: v1\nkind: PodList\nitems: []'))).toEqual({
      pods: [],
      problems: [],
      unread: [],
    });
  });

  it.each<[string, () => Response | Promise<Response>, string]>([
    ['an error status', text('no', 503), 'http://config/pods: 503 Whatever'],
    [
      'no connection',
      () => Promise.reject(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') })),
      'http://config/pods: fetch failed: connect ECONNREFUSED',
    ],
    [
      'a huge answer',
      text(' '.repeat(MAX_MANIFEST_BYTES + 1)),
      'http://config/pods: the answer is larger than 10485760 bytes',
    ],
    [
      'bytes that are no text',
      () => new Response(new Uint8Array([0xff])),
      'http://config/pods: the answer is not UTF-8 text',
    ],
    ['text that is no YAML', text('a: ['), 'http://config/pods:1:'],
  ])('stay through %s', async (_what, next, problem) => {
    start();
    await after(text(BOTH));
    const seen = await after(next);
    expect(seen.pods).toEqual(['a-node-a', 'b-node-a']);
    expect(seen.unread).toEqual([]);
    expect(seen.problems[0]).toContain(problem);
    expect(await after(text(BOTH))).toEqual({ pods: ['a-node-a', 'b-node-a'], problems: [], unread: [] });
  });

  it('all go with an empty answer', async () => {
    start();
    await after(text(BOTH));
    expect(await after(text(''))).toEqual({
      pods: [],
      problems: ['http://config/pods: zero-length data received from http://config/pods'],
      unread: [],
    });
  });

  it('are not known until the first good answer', async () => {
    start();
    expect(await after(text('no', 500))).toMatchObject({ pods: [], unread: ['http://config/pods'] });
    expect(await after(text(BOTH))).toMatchObject({ unread: [] });
  });

  it('do not wait for a server that hangs', async () => {
    start();
    answer = () => new Promise<never>(() => undefined);
    await clock.advance(FETCH_TIMEOUT_MS);
    expect(snapshots[0]?.problems.map(describeProblem)).toEqual(['http://config/pods: no answer within 10 s']);
  });

  it('of one name: the first counts', async () => {
    start();
    const list = JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [pod('a'), { ...pod('a'), spec: { containers: [{ name: 'x', image: 'y' }] } }],
    });
    expect(await after(text(list))).toEqual({
      pods: ['a-node-a'],
      problems: ['http://config/pods: pod default/a-node-a is ignored: there are two of this name'],
      unread: [],
    });
    expect(snapshots[0]?.duplicates).toHaveLength(1);
  });

  it('are asked for with the credentials of the URL, which show nowhere else', async () => {
    start('http://me:p%40ss@config/pods');
    const { problems } = await after(text('no', 401));
    expect(requests[0]).toMatchObject({ url: 'http://config/pods' });
    expect(requests[0]?.headers.get('authorization')).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
    expect(problems).toEqual(['http://config/pods: 401 Whatever']);
  });
});

it('refuses a URL that is none', () => {
  running = Promise.resolve();
  expect(() => new UrlSource({ url: 'nope', nodeName: 'n', clock, fetch: fakeFetch })).toThrow(
    expect.objectContaining({ code: 'Invalid' }),
  );
});

it('reads from a real server', async () => {
  const server = createServer((_request, response) => response.end(BOTH));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  running = Promise.resolve();
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/pods`;
    const source = new UrlSource({ url, nodeName: 'node-a', clock: systemClock, fetch: globalThis.fetch });
    for await (const { pods, problems } of source.snapshots(stop.signal)) {
      expect(problems).toEqual([]);
      expect(pods).toHaveLength(2);
      break;
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
