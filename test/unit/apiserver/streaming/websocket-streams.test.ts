import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { duplexPair, PassThrough, type Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { podStreamRoutes } from '../../../../src/apiserver/pods/pod-stream-routes.js';
import { KubeletteError } from '../../../../src/lib/errors.js';
import { eventually } from '../../../support/eventually.js';
import { startRouteServer, type RouteServer } from '../../../support/route-server.js';
import { ScriptedNode, type ScriptedProcess } from '../../../support/scripted-operations.js';

const POD = '/api/v1/namespaces/default/pods/web';

let node: ScriptedNode;
let server: RouteServer;

beforeEach(async () => {
  node = new ScriptedNode();
  server = await startRouteServer(podStreamRoutes(node));
});
afterEach(async () => server.close());

/** What came on each channel, and how the connection ended. */
class Client {
  readonly websocket: WebSocket;
  readonly messages: (Buffer | string)[] = [];
  code: number | undefined;

  constructor(path: string, protocols: readonly string[]) {
    this.websocket = new WebSocket(`ws://127.0.0.1:${server.port}${POD}${path}`, [...protocols]);
    this.websocket.on('message', (data: Buffer, isBinary) => this.messages.push(isBinary ? data : data.toString()));
    this.websocket.on('close', (code) => {
      this.code = code;
    });
  }

  on(channel: number): string {
    return Buffer.concat(
      this.messages
        .filter((message) => typeof message !== 'string' && message[0] === channel)
        .map((message) => Buffer.from(message as Buffer).subarray(1)),
    ).toString();
  }
}

async function open(path: string, ...protocols: readonly string[]): Promise<Client> {
  const client = new Client(path, protocols);
  await once(client.websocket, 'open');
  return client;
}
const started = (): Promise<ScriptedProcess> => eventually('the process started', () => node.processes[0]);

describe('exec over WebSocket channels', () => {
  const all = '/exec?command=x&stdin=true&stdout=true&stderr=True&tty=false';

  it('takes the first protocol of the client that is known, as the JavaScript client offers them', async () => {
    const client = await open(all, 'v9.channel.k8s.io', 'v5.channel.k8s.io', 'v4.channel.k8s.io', 'channel.k8s.io');
    expect(client.websocket.protocol).toBe('v5.channel.k8s.io');
    expect(client.websocket.extensions).toBe('');
    client.websocket.close();
    await eventually('the session is aborted', async () => (await started()).signal.aborted);
  });

  it('v5: closes stdin by its signal, sends output, then the status, then closes with 1000', async () => {
    const client = await open(all, 'v5.channel.k8s.io');
    const process = await started();
    process.stdin.pipe(process.stdout, { end: false });
    client.websocket.send(Buffer.from('\0hello'));
    client.websocket.send(Buffer.from('\x04{"Width":80,"Height":24}\n'));
    client.websocket.send(Buffer.from([255, 0]));
    await once(process.stdin, 'end');
    process.stderr.write('problem');
    process.exit(3);
    await eventually('the close', () => client.code);
    expect(client.code).toBe(1000);
    expect([client.on(1), client.on(2)]).toEqual(['hello', 'problem']);
    expect(JSON.parse(client.on(3))).toMatchObject({
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '3' }] },
    });
    expect((client.messages.at(-1) as Buffer)[0]).toBe(3);
    // No message on stdin: kubectl complains about those.
    expect(client.on(0)).toBe('');
    expect(process.sizes).toEqual(['80x24']);
  });

  it('v4: takes text for bytes, and does not know the signal', async () => {
    const client = await open(all, 'v4.channel.k8s.io');
    const process = await started();
    client.websocket.send('\0ls\n');
    client.websocket.send(Buffer.from([255, 0]));
    client.websocket.send('\0pwd\n');
    await eventually('the input', () => process.stdin.readableLength === 7);
    expect(String(process.stdin.read())).toBe('ls\npwd\n');
    process.exit(0);
    await eventually('the close', () => client.code === 1000);
    expect(client.on(3)).toBe('{"metadata":{},"status":"Success"}');
  });

  it('speaks base64', async () => {
    const client = await open(all, 'v4.base64.channel.k8s.io');
    const process = await started();
    client.websocket.send(`0${Buffer.from('in').toString('base64')}`);
    await eventually('the input', () => String(process.stdin.read()) === 'in');
    process.stdout.write('out');
    process.exit(0);
    await eventually('the close', () => client.code === 1000);
    const status = Buffer.from('{"metadata":{},"status":"Success"}').toString('base64');
    expect(client.messages).toEqual([`1${Buffer.from('out').toString('base64')}`, `3${status}`]);
  });

  it('speaks the oldest protocol to who offers none', async () => {
    const client = await open(all);
    const process = await started();
    process.exit(2);
    await eventually('the close', () => client.code === 1000);
    expect(client.on(3)).toBe('command terminated with non-zero exit code: exit status 2');
  });

  it('attach ends with success, whatever the container ended with', async () => {
    const client = await open('/attach?stdout=true', 'v5.channel.k8s.io');
    (await started()).exit(4);
    await eventually('the close', () => client.code === 1000);
    expect(client.on(3)).toBe('{"metadata":{},"status":"Success"}');
  });

  it('refuses protocols nobody knows before anything is started', async () => {
    const client = new Client(all, ['v9.channel.k8s.io']);
    const [error] = (await once(client.websocket, 'error')) as [Error];
    expect(error.message).toContain('403');
    expect(node.processes).toEqual([]);
  });

  it('gives up a client that is silent for long, and keeps one that answers', async () => {
    const [answers, silent] = [await open(all, 'v5.channel.k8s.io'), await open(all, 'v5.channel.k8s.io')];
    await eventually('both started', () => node.processes.length === 2);
    silent.websocket.pause();
    for (let minute = 0; minute < 20; minute += 1) {
      const pong = once(answers.websocket, 'ping');
      await node.clock.advance(60_000);
      await pong;
      // Its answer has to arrive before the next minute begins.
      answers.websocket.send(Buffer.from('\x04{}'));
      await new Promise<void>((resolve) => answers.websocket.ping('', undefined, () => resolve()));
      await once(answers.websocket, 'pong');
    }
    await eventually('one is given up', () => node.processes.filter(({ signal }) => signal.aborted).length === 1);
    expect(answers.code).toBeUndefined();
  });

  it('sends no faster than the client reads', async () => {
    const client = await open(all, 'v5.channel.k8s.io');
    const process = await started();
    client.websocket.pause();
    let written = 0;
    const chunk = Buffer.alloc(64 * 1024);
    const stuck = (): boolean => {
      while (process.stdout.write(chunk)) written += chunk.length;
      return process.stdout.writableNeedDrain && written > 0;
    };
    let before = -1;
    await eventually('the process has to wait', () => {
      stuck();
      if (written === before) return true;
      before = written;
      return false;
    });
    // What the kernel holds for a connection, and little more.
    expect(written).toBeLessThan(64 * 1024 * 1024);
    client.websocket.terminate();
    await eventually('the session is aborted', () => process.signal.aborted);
  });
});

describe('port forwarding over WebSocket channels', () => {
  let pods: Duplex[];
  beforeEach(() => {
    pods = [];
    node.connect = async (port) => {
      if (port === 1) throw new KubeletteError('Unavailable', 'connect: connection refused');
      const [mine, theirs] = duplexPair();
      pods.push(theirs);
      return mine;
    };
  });

  it('begins each channel with its port, and ends with 1000 when all connections have', async () => {
    const client = await open('/portforward?ports=80,8080&ports=1', 'v5.channel.k8s.io', 'v4.channel.k8s.io');
    expect(client.websocket.protocol).toBe('v4.channel.k8s.io');
    await eventually('the error', () => client.on(5).includes('refused'));
    client.websocket.send(Buffer.from('\0to 80'));
    client.websocket.send(Buffer.from('\x02to 8080'));
    const answers = await Promise.all(pods.map(async (pod) => ((await once(pod, 'data')) as [Buffer])[0].toString()));
    expect(answers).toEqual(['to 80', 'to 8080']);
    pods[1]?.end('from 8080');
    pods[0]?.end('from 80');
    await eventually('the close', () => client.code === 1000);
    expect([client.on(0), client.on(1), client.on(2), client.on(3), client.on(4)]).toEqual(
      ['P\0from 80', 'P\0', '\x90\x1ffrom 8080', '\x90\x1f', '\x01\0'].map((text) =>
        Buffer.from(text, 'latin1').toString(),
      ),
    );
    expect(client.on(5)).toContain('\x01\0error forwarding port 1 to pod web');
  });

  it.each([
    ['', 'query parameter "ports" is required'],
    ['?ports=80,x', 'query parameter "ports": unable to parse "x" as a port'],
    ['?ports=0', 'query parameter "ports": unable to parse "0" as a port'],
  ])('refuses %j', async (query) => {
    const client = new Client(`/portforward${query}`, ['v4.channel.k8s.io']);
    const [error] = (await once(client.websocket, 'error')) as [Error];
    expect(error.message).toContain('400');
  });

  it('cuts the connections when the client leaves', async () => {
    const client = await open('/portforward?ports=80', 'v4.channel.k8s.io');
    const pod = await eventually('the connection', () => pods[0]);
    client.websocket.terminate();
    const seen = new PassThrough();
    pod.on('error', () => undefined).pipe(seen);
    await eventually('nothing is served any more', () => server.serving() === 0);
  });
});
