import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { podStreamRoutes } from '../../../../src/apiserver/pods/pod-stream-routes.js';
import { eventually } from '../../../support/eventually.js';
import { startRouteServer, type RouteServer } from '../../../support/route-server.js';
import { runningPod, ScriptedNode, type ScriptedProcess } from '../../../support/scripted-operations.js';
import { SpdyClient, type ClientStream } from '../../../support/spdy-client.js';

const V4 = ['v4.channel.k8s.io', 'v3.channel.k8s.io', 'v2.channel.k8s.io', 'channel.k8s.io'];
const EXEC = '/api/v1/namespaces/default/pods/web/exec?command=sh&command=-c&command=x&container=app';

let node: ScriptedNode;
let server: RouteServer;

beforeEach(async () => {
  node = new ScriptedNode();
  server = await startRouteServer(podStreamRoutes(node));
});
afterEach(async () => server.close());

const connect = (query: string, protocols = V4): Promise<SpdyClient> =>
  SpdyClient.connect(server.port, `${EXEC}${query}`, protocols);
const started = (): Promise<ScriptedProcess> => eventually('the process started', () => node.processes[0]);

/** Opens streams as kubectl does: one after the other, the error stream first and half closed. */
async function open(client: SpdyClient, ...types: readonly string[]): Promise<Record<string, ClientStream>> {
  const streams: Record<string, ClientStream> = {};
  for (const type of types) streams[type] = await client.open({ streamtype: type }, type === 'error');
  return streams;
}

describe('exec over SPDY', () => {
  it('sends all output, then the status, then hangs up', async () => {
    const client = await connect('&stdout=true&stderr=true');
    expect(client.protocol).toBe('v4.channel.k8s.io');
    const { error, stdout, stderr } = await open(client, 'error', 'stdout', 'stderr');
    const process = await started();
    expect(process.target).toEqual({ namespace: 'default', name: 'web', container: 'app' });
    expect(process.request).toEqual({ command: ['sh', '-c', 'x'], tty: false, stdin: false });
    const output = randomBytes(300_000);
    process.stdout.write(output);
    process.stderr.write('problem');
    process.exit(7);
    await eventually('the server hung up', () => client.ended);
    expect(stdout).toMatchObject({ replied: true, ended: true });
    expect(stdout?.received.equals(output)).toBe(true);
    expect(stderr).toMatchObject({ received: Buffer.from('problem'), ended: true });
    expect(JSON.parse(String(error?.received))).toEqual({
      metadata: {},
      status: 'Failure',
      message: 'command terminated with non-zero exit code: exit status 7',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '7' }] },
    });
    // Output before the status before all ends.
    expect(client.order.slice(-4)).toEqual(['1', '1 end', '3 end', '5 end']);
    await eventually('nothing is served any more', () => server.serving() === 0);
  });

  it('says Success for 0, and in old versions nothing; other ends are plain text there', async () => {
    const client = await connect('&stdout=true');
    const { error } = await open(client, 'error', 'stdout');
    (await started()).exit(0);
    await eventually('the end', () => error?.ended);
    expect(String(error?.received)).toBe('{"metadata":{},"status":"Success"}');

    const older = await connect('&stdout=true', ['v2.channel.k8s.io']);
    const streams = await open(older, 'error', 'stdout');
    (await eventually('the second process', () => node.processes[1])).exit(3);
    await eventually('the end', () => streams['error']?.ended);
    expect(String(streams['error']?.received)).toBe('command terminated with non-zero exit code: exit status 3');
  });

  it('tells a broken session from an exit code', async () => {
    const client = await connect('&stdout=true');
    const { error } = await open(client, 'error', 'stdout');
    (await started()).fail(new Error('the connection was lost'));
    await eventually('the end', () => error?.ended);
    expect(JSON.parse(String(error?.received))).toMatchObject({
      status: 'Failure',
      reason: 'InternalError',
      code: 500,
    });
  });

  it('starts nothing before all streams are there, and gives up after 30 s', async () => {
    const client = await connect('&stdin=true&stdout=true');
    const { stdout } = await open(client, 'error', 'stdout');
    await eventually('the streams are known', () => stdout?.replied);
    expect(node.processes).toEqual([]);
    await node.clock.advance(31_000);
    await eventually('the server hung up', () => client.ended);
    expect(node.processes).toEqual([]);
  });

  it('passes stdin on no faster than it is read, and its end', async () => {
    const client = await connect('&stdin=true&stdout=true');
    const { stdin } = await open(client, 'error', 'stdin', 'stdout');
    const process = await started();
    const sent = randomBytes(8_000_000);
    for (let offset = 0; offset < sent.length; offset += 50_000)
      client.send(stdin as ClientStream, sent.subarray(offset, offset + 50_000));
    client.send(stdin as ClientStream, '', true);
    await eventually('the process has some', () => process.stdin.readableLength > 0);
    expect(process.stdin.readableLength).toBeLessThan(200_000);
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(sent)).toBe(true);
    process.exit(0);
    await eventually('the server hung up', () => client.ended);
  });

  it('ends although the process leaves its input', async () => {
    const client = await connect('&stdin=true&stdout=true');
    const { stdin, error } = await open(client, 'error', 'stdin', 'stdout');
    const process = await started();
    for (let count = 0; count < 40; count += 1) client.send(stdin as ClientStream, randomBytes(100_000));
    process.exit(0);
    await eventually('the end', () => error?.ended);
    await eventually('nothing is served any more', () => server.serving() === 0);
  });

  it('echoes pings, applies sizes, and ignores what it does not know', async () => {
    const client = await connect('&stdout=true&tty=true');
    client.socket.write(Buffer.from('800300040000000400000000', 'hex'));
    const { resize } = await open(client, 'error', 'stdout', 'resize');
    client.send(resize as ClientStream, '{"Width":80,"Height":24}\n');
    client.ping(1);
    const process = await started();
    await eventually('the size', () => process.sizes.length > 0);
    expect(process.sizes).toEqual(['80x24']);
    await eventually('the echo', () => client.pongs.includes(1));
  });

  it('ends the session when the client is gone, also while its input waits', async () => {
    const client = await connect('&stdin=true&stdout=true');
    const { stdin } = await open(client, 'error', 'stdin', 'stdout');
    const process = await started();
    client.send(stdin as ClientStream, randomBytes(4_000_000));
    await eventually('the process has some', () => process.stdin.readableLength > 0);
    client.socket.destroy();
    // Nothing is read while input waits: only a write tells.
    await eventually('the session is aborted', async () => {
      await node.clock.advance(30_000);
      return process.signal.aborted;
    });
    await eventually('nothing is served any more', () => server.serving() === 0);
  });

  it('notices a client that stays silent', async () => {
    const client = await connect('&stdout=true');
    await open(client, 'error', 'stdout');
    const process = await started();
    client.socket.pause();
    await node.clock.advance(16 * 60_000);
    await eventually('the session is aborted', () => process.signal.aborted);
  });
});

describe('what is wrong is said before the upgrade, and nothing is started', () => {
  it.each([
    ['an unknown pod', '/api/v1/namespaces/default/pods/nope/exec?command=x&stdout=true', 404, 'pods "nope" not found'],
    [
      'an unknown container',
      `${EXEC}&container=nope&stdout=true`.replace('&container=app', ''),
      400,
      'container nope is not valid for pod web',
    ],
    ['no stream', EXEC, 400, 'you must specify at least 1 of stdin, stdout, stderr'],
    [
      'no command',
      '/api/v1/namespaces/default/pods/web/exec?stdout=true',
      400,
      'you must specify at least one command for the container',
    ],
    [
      'a container that waits',
      '/api/v1/namespaces/default/pods/waits/exec?command=x&stdout=true',
      400,
      'container not found ("app"): it is waiting to start: ContainerCreating',
    ],
  ])('%s', async (_what, path, code, message) => {
    node.put(runningPod('waits', { waiting: { reason: 'ContainerCreating' } }));
    await expect(SpdyClient.connect(server.port, path, V4)).rejects.toMatchObject({ code, message });
    expect(node.processes).toEqual([]);
  });

  it('a protocol nobody knows', async () => {
    await expect(connect('&stdout=true', ['v9.channel.k8s.io'])).rejects.toMatchObject({ code: 403 });
  });

  it('a plain request', async () => {
    const response = await fetch(`http://127.0.0.1:${server.port}${EXEC}&stdout=true`, { method: 'POST' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ reason: 'BadRequest', message: 'Upgrade request required' });
  });
});
