import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { createWebSocketStream, WebSocket } from 'ws';
import { podStreamRoutes } from '../../../../src/apiserver/pods/pod-stream-routes.js';
import { KubeletteError } from '../../../../src/lib/errors.js';
import { eventually } from '../../../support/eventually.js';
import { startRouteServer, type RouteServer } from '../../../support/route-server.js';
import { runningPod, ScriptedNode } from '../../../support/scripted-operations.js';
import { SpdyClient, type ClientStream } from '../../../support/spdy-client.js';

const PATH = '/api/v1/namespaces/default/pods/web/portforward';

let node: ScriptedNode;
let server: RouteServer;
let inPod: Server;
/** The pod's ends of the connections. */
let accepted: Socket[];

beforeEach(async () => {
  node = new ScriptedNode();
  server = await startRouteServer(podStreamRoutes(node));
  accepted = [];
  inPod = createServer({ allowHalfOpen: true }, (socket) => accepted.push(socket.on('error', () => undefined)));
  inPod.listen(0, '127.0.0.1');
  await once(inPod, 'listening');
  // Listening on TCP.
  const { port } = inPod.address() as AddressInfo;
  node.connect = async (wanted) => {
    if (wanted === 1) throw new KubeletteError('Unavailable', 'connect: connection refused');
    return connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  };
});
afterEach(async () => {
  for (const socket of accepted) socket.destroy();
  inPod.close();
  await server.close();
});

interface Forwarded {
  readonly error: ClientStream;
  readonly data: ClientStream;
}

const open = async (client: SpdyClient, requestid: string, port = '80'): Promise<Forwarded> => ({
  error: await client.open({ streamtype: 'error', port, requestid }, true),
  data: await client.open({ streamtype: 'data', port, requestid }),
});

/** The pod's end of the next connection. */
const arrival = (index: number): Promise<Socket> => eventually(`connection ${index} in the pod`, () => accepted[index]);

async function overWebSocket(): Promise<SpdyClient> {
  // `ws` does not let clients ask for this name either.
  const headers = { 'Sec-WebSocket-Protocol': 'SPDY/3.1+portforward.k8s.io' };
  const websocket = new WebSocket(`ws://127.0.0.1:${server.port}${PATH}`, { headers });
  // A client that asked for nothing would take the answer for an error.
  websocket.on('upgrade', (response) => {
    expect(response.headers['sec-websocket-protocol']).toBe('SPDY/3.1+portforward.k8s.io');
    delete response.headers['sec-websocket-protocol'];
  });
  const stream = createWebSocketStream(websocket);
  await once(websocket, 'open');
  return new SpdyClient(stream, Buffer.alloc(0));
}

describe.each([
  ['SPDY', () => SpdyClient.connect(server.port, PATH, ['portforward.k8s.io'])],
  ['SPDY inside of a WebSocket', overWebSocket],
])('port forwarding over %s', (_what, begin) => {
  it('dials the loopback, copies both ways and ends each way on its own', async () => {
    const client = await begin();
    const { data, error } = await open(client, '0');
    client.send(data, 'question', true);
    const pod = await arrival(0);
    expect(node.dialled).toEqual(['web loopback:80']);
    const question: Buffer[] = [];
    for await (const chunk of pod.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) question.push(chunk);
    expect(Buffer.concat(question).toString()).toBe('question');
    const answer = Buffer.alloc(1_000_000, 'answer');
    pod.end(answer);
    await eventually('the end', () => data.ended && error.ended);
    expect(data.received.equals(answer)).toBe(true);
    expect(error.received.length).toBe(0);
  });

  it('matches the streams of many connections by their request id', async () => {
    const client = await begin();
    const errors: ClientStream[] = [];
    for (const requestid of ['4', '5'])
      errors.push(await client.open({ streamtype: 'error', port: '80', requestid }, true));
    const data: ClientStream[] = [];
    for (const requestid of ['4', '5']) data.push(await client.open({ streamtype: 'data', port: '80', requestid }));
    data.forEach((stream, index) => client.send(stream, `hello ${index}`, true));
    const pods = [await arrival(0), await arrival(1)];
    for (const pod of pods) pod.pipe(pod);
    await eventually('both ended', () => [...errors, ...data].every(({ ended }) => ended));
    expect(data.map(({ received }) => received.toString())).toEqual(['hello 0', 'hello 1']);
  });

  it('tells a refused connection on its own error stream; the others go on', async () => {
    const client = await begin();
    const good = await open(client, '0');
    const bad = await open(client, '1', '1');
    await eventually('the end', () => bad.error.ended && bad.data.ended);
    expect(bad.error.received.toString()).toBe(
      'error forwarding port 1 to pod web, uid uid-1: failed to connect to localhost:1: connect: connection refused',
    );
    const nonsense = await open(client, '2', 'http');
    await eventually('the end', () => nonsense.error.ended);
    expect(nonsense.error.received.toString()).toBe('"http" is not a port');
    (await arrival(0)).end('still here');
    await eventually('the end', () => good.data.ended);
    expect(good.data.received.toString()).toBe('still here');
  });

  it('closes the connection in the pod when the client resets its stream, or leaves', async () => {
    const client = await begin();
    const first = await open(client, '0');
    client.send(first.data, 'x');
    const pod = await arrival(0);
    client.reset(first.data);
    await eventually('the pod sees it', () => pod.resume().readableEnded);
    await open(client, '1');
    const other = await arrival(1);
    client.socket.destroy();
    await eventually('the pod sees it', () => other.resume().readableEnded);
    await eventually('nothing is served any more', () => server.serving() === 0);
  });

  it('does not take a broken connection for an error of the session', async () => {
    const client = await begin();
    const { data, error } = await open(client, '0');
    (await arrival(0)).resetAndDestroy();
    await eventually('the end', () => error.ended);
    expect(error.received.toString()).toBe('');
    expect(data.reset).toBe(5);
  });

  it('reaps a stream whose other half does not come', async () => {
    const client = await begin();
    const alone = await client.open({ streamtype: 'data', port: '80', requestid: '9' });
    await eventually('the stream is known', () => alone.replied);
    await node.clock.advance(31_000);
    await eventually('the reset', () => alone.reset === 5);
  });

  it('ends the session, with the reason, when the pod was replaced', async () => {
    const client = await begin();
    await open(client, '0');
    await arrival(0);
    const later = runningPod('web');
    node.put({ ...later, metadata: { ...later.metadata, uid: 'uid-2' } });
    const { error } = await open(client, '1');
    await eventually('the server hung up', () => client.ended);
    expect(error.received.toString()).toBe('error forwarding port 80 to pod web, uid uid-1: the pod is gone');
  });
});

it('refuses streams above the limit, and only those', async () => {
  const client = await SpdyClient.connect(server.port, PATH, ['portforward.k8s.io']);
  const streams: ClientStream[] = [];
  for (let id = 0; id < 513; id += 1)
    streams.push(await client.open({ streamtype: 'data', port: '80', requestid: String(id) }));
  await eventually('an answer to the last', () => streams[512]?.reset === 3);
  expect(streams.slice(0, 512).every(({ replied, reset }) => replied && reset === undefined)).toBe(true);
});

it('hangs up on a client that breaks the protocol', async () => {
  const client = await SpdyClient.connect(server.port, PATH, ['portforward.k8s.io']);
  client.socket.write(Buffer.from('8002000600000004', 'hex'));
  await eventually('nothing is served any more', () => server.serving() === 0);
});

it('says before the upgrade that a pod does not run', async () => {
  node.put(runningPod('waits', { waiting: {} }));
  await expect(SpdyClient.connect(server.port, PATH.replace('web', 'waits'), [])).rejects.toMatchObject({
    code: 400,
    message: 'unable to forward port because pod is not running. Current status=Pending',
  });
});
