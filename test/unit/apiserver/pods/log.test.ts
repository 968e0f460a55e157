import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { podStreamRoutes } from '../../../../src/apiserver/pods/pod-stream-routes.js';
import { KubeletteError } from '../../../../src/lib/errors.js';
import { startRouteServer, type RouteServer } from '../../../support/route-server.js';
import { runningPod, ScriptedNode } from '../../../support/scripted-operations.js';
import { aContainer } from '../../../support/builders.js';

let node: ScriptedNode;
let server: RouteServer;
/** What the node was asked for. */
let asked: unknown[];

beforeEach(async () => {
  node = new ScriptedNode();
  asked = [];
  node.log = async function* (target, options) {
    asked.push({ ...target, ...options });
    yield Buffer.from('one\n');
    yield Buffer.from('two\n');
  };
  server = await startRouteServer(podStreamRoutes(node));
});
afterEach(async () => server.close());

const get = (query = '', pod = 'web'): Promise<Response> =>
  fetch(`http://127.0.0.1:${server.port}/api/v1/namespaces/default/pods/${pod}/log${query}`);

async function message(response: Response): Promise<string> {
  // A Status.
  return ((await response.json()) as { message: string }).message;
}

describe('log', () => {
  it('is plain text, whatever is accepted', async () => {
    const response = await get();
    expect(response.headers.get('content-type')).toBe('text/plain');
    expect(await response.text()).toBe('one\ntwo\n');
    expect(asked).toEqual([
      { namespace: 'default', name: 'web', container: 'app', previous: false, follow: false, timestamps: false },
    ]);
  });

  it('takes all its options, also as Python writes them', async () => {
    await get(
      '?container=app&follow=True&previous=true&timestamps=1&tailLines=0&limitBytes=10&sinceSeconds=60&pretty=true',
    );
    expect(asked).toEqual([
      expect.objectContaining({
        previous: true,
        follow: true,
        timestamps: true,
        tailLines: 0,
        limitBytes: 10,
        lastMs: 60_000,
      }),
    ]);
    await get('?sinceTime=2026-01-01T00:00:00%2B01:00');
    expect(asked[1]).toMatchObject({ sinceMs: Date.parse('2025-12-31T23:00:00Z') });
  });

  it.each([
    [
      'tailLines=-1',
      422,
      'PodLogOptions "web" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0',
    ],
    ['limitBytes=0', 422, 'PodLogOptions "web" is invalid: limitBytes: Invalid value: 0: must be greater than 0'],
    ['sinceSeconds=0', 422, 'PodLogOptions "web" is invalid: sinceSeconds: Invalid value: 0: must be greater than 0'],
    [
      'sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z',
      422,
      'PodLogOptions "web" is invalid: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
    ],
    [
      'stream=stderr',
      422,
      'PodLogOptions "web" is invalid: stream: Unsupported value: "stderr": supported values: "All", "Stderr", "Stdout"',
    ],
    [
      'stream=Stderr&tailLines=3',
      422,
      'PodLogOptions "web" is invalid: Forbidden: `tailLines` and specific `stream` are mutually exclusive for now',
    ],
    ['tailLines=ten', 400, 'query parameter tailLines: expected an integer, got "ten"'],
    ['sinceTime=yesterday', 400, 'query parameter sinceTime: expected an RFC 3339 time, got "yesterday"'],
    ['container=nope', 400, 'container nope is not valid for pod web'],
  ])('refuses %s', async (query, status, text) => {
    const response = await get(`?${query}`);
    expect({ status: response.status, text: await message(response) }).toEqual({ status, text });
    expect(asked).toEqual([]);
  });

  it('refuses what the node has no log for, with its words, also when following', async () => {
    node.log = async function* () {
      throw new KubeletteError('Invalid', 'container "app" in pod "web" is waiting to start: ContainerCreating');
    };
    for (const query of ['', '?follow=true']) {
      const response = await get(query);
      expect(response.status).toBe(400);
      expect(await message(response)).toBe('container "app" in pod "web" is waiting to start: ContainerCreating');
    }
  });

  it('answers a follower although nothing was said yet, and stops reading when it leaves', async () => {
    let stopped: () => void = () => undefined;
    const left = new Promise<void>((resolve) => {
      stopped = resolve;
    });
    node.log = async function* (_target, _options, signal) {
      try {
        await new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        });
        yield Buffer.alloc(0);
      } finally {
        stopped();
      }
    };
    const leave = new AbortController();
    const asking = fetch(`http://127.0.0.1:${server.port}/api/v1/namespaces/default/pods/web/log?follow=true`, leave);
    while (node.clock.sleeping === 0) await new Promise<void>((resolve) => setImmediate(resolve));
    await node.clock.advance(1_000);
    expect((await asking).status).toBe(200);
    leave.abort();
    await left;
  });
});

describe('without a container named', () => {
  it.each([
    [
      {},
      undefined,
      'a container name must be specified for pod many, choose one of: [a b] or one of the init containers: [i]',
    ],
    [{ 'kubectl.kubernetes.io/default-container': 'b' }, 'b', ''],
    [
      { 'kubectl.kubernetes.io/default-container': 'gone' },
      undefined,
      'a container name must be specified for pod many, choose one of: [a b] or one of the init containers: [i]',
    ],
  ])('takes the default one of several: %j', async (annotations, container, text) => {
    const pod = runningPod('many');
    const spec = { containers: [aContainer('a'), aContainer('b')], initContainers: [aContainer('i')] };
    node.put({ ...pod, metadata: { ...pod.metadata, annotations }, spec });
    const response = await get('', 'many');
    if (container === undefined) expect(await message(response)).toBe(text);
    else expect(asked).toEqual([expect.objectContaining({ container })]);
  });

  it('knows no pod that is not there', async () => {
    const response = await get('', 'nope');
    expect([response.status, await message(response)]).toEqual([404, 'pods "nope" not found']);
  });
});
