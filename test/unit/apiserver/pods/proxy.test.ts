import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { podStreamRoutes } from '../../../../src/apiserver/pods/pod-stream-routes.js';
import { forwardedHeaders } from '../../../../src/apiserver/pods/proxy-headers.js';
import { startRouteServer, type RouteServer } from '../../../support/route-server.js';
import { runningPod, ScriptedNode } from '../../../support/scripted-operations.js';
import { aContainer } from '../../../support/builders.js';

let node: ScriptedNode;
let server: RouteServer;
let inPod: Server;

beforeEach(async () => {
  node = new ScriptedNode();
  const pod = runningPod('web');
  node.put({ ...pod, spec: { containers: [aContainer('app', { ports: [{ name: 'http', containerPort: 8080 }] })] } });
  server = await startRouteServer(podStreamRoutes(node));
  inPod = createServer((incoming, response) => {
    void text(incoming).then((body) => {
      const { method, url, headers } = incoming;
      response
        .writeHead(201, { 'Set-Cookie': 'a=b', 'X-Mine': 'yes' })
        .end(JSON.stringify({ method, url, headers, body }));
    });
  });
  inPod.on('upgrade', (incoming: IncomingMessage, socket: Socket) => {
    socket.on('error', () => undefined);
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n${incoming.url ?? ''}\n`,
    );
    socket.pipe(socket);
  });
  inPod.listen(0, '127.0.0.1');
  await once(inPod, 'listening');
  // Listening on TCP.
  const { port } = inPod.address() as AddressInfo;
  node.connect = async () => connect({ port, host: '127.0.0.1', allowHalfOpen: true });
});
afterEach(async () => {
  inPod.closeAllConnections();
  inPod.close();
  await server.close();
});

const url = (pod: string, rest: string): string =>
  `http://127.0.0.1:${server.port}/api/v1/namespaces/default/pods/${pod}/proxy${rest}`;

it('passes request and response on, but for credentials and what belongs to the connection', async () => {
  const response = await fetch(url('web:81', '/a%2Fb/c?d=e&d=f'), {
    method: 'PUT',
    body: 'content',
    headers: { Authorization: 'Bearer secret', Cookie: 'session=secret', 'X-Theirs': 'kept' },
  });
  expect(response.status).toBe(201);
  expect(response.headers.get('set-cookie')).toBeNull();
  expect(response.headers.get('x-mine')).toBe('yes');
  const seen = (await response.json()) as { headers: Record<string, string> };
  expect(seen).toMatchObject({ method: 'PUT', url: '/a%2Fb/c?d=e&d=f', body: 'content' });
  expect(seen.headers).toMatchObject({ host: '10.0.0.2:81', 'x-theirs': 'kept' });
  expect(Object.keys(seen.headers)).not.toEqual(expect.arrayContaining(['authorization']));
  expect(JSON.stringify(seen)).not.toContain('secret');
  expect(node.dialled).toEqual(['web pod:81']);
});

it.each([
  ['web', 'web pod:8080'],
  ['web:http', 'web pod:8080'],
  ['http:web:90', 'web pod:90'],
])('%s is %s', async (pod, dialled) => {
  expect(((await (await fetch(url(pod, ''))).json()) as { url: string }).url).toBe('/');
  expect(node.dialled).toEqual([dialled]);
});

it.each([
  ['https:web:443', 400, 'only http is supported'],
  ['web:nope', 400, 'pod web has no port "nope"'],
  ['nobody', 404, 'pods "nobody" not found'],
])('refuses %s', async (pod, status, message) => {
  const response = await fetch(url(pod, '/'));
  expect(response.status).toBe(status);
  expect(((await response.json()) as { message: string }).message).toContain(message);
});

it('says that a pod cannot be reached', async () => {
  node.connect = async () => Promise.reject(new Error('dial tcp 10.0.0.2:8080: connect: connection refused'));
  const response = await fetch(url('web', '/'));
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({
    reason: 'ServiceUnavailable',
    message: 'error trying to reach service: dial tcp 10.0.0.2:8080: connect: connection refused',
  });
});

it('passes upgrades on', async () => {
  const outgoing = request(url('web', '/socket?x=1'), { headers: { Connection: 'Upgrade', Upgrade: 'echo' } }).end();
  const [, socket, head] = (await once(outgoing, 'upgrade')) as [IncomingMessage, Socket, Buffer];
  socket.end('hello');
  expect(head.toString() + (await text(socket))).toBe('/socket?x=1\nhello');
});

it('drops what a Connection header names', () => {
  expect(
    forwardedHeaders(['Connection', 'keep-alive, X-Hop', 'X-Hop', '1', 'X-Stays', '2', 'TE', 'trailers'], false),
  ).toEqual(['X-Stays', '2']);
});
