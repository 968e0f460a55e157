import { request, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { json } from 'node:stream/consumers';
import {
  dataFrame,
  pingFrame,
  resetFrame,
  SpdyFrameParser,
  synStreamFrame,
} from '../../src/apiserver/streaming/spdy-frames.js';
import { SpdyHeaderCodec } from '../../src/apiserver/streaming/spdy-headers.js';

/** What the client has seen of one of its streams. */
export interface ClientStream {
  readonly id: number;
  replied: boolean;
  received: Buffer;
  ended: boolean;
  /** Status of a reset. */
  reset?: number;
}

/** An answer to the upgrade that is none. */
class UpgradeRefused extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** The client's end of a SPDY connection, as simple as kubectl's: it opens streams, and never a window. */
export class SpdyClient {
  readonly socket: Duplex;
  readonly protocol: string | undefined;
  readonly streams = new Map<number, ClientStream>();
  readonly pongs: number[] = [];
  /** Ids of streams in the order their bytes and ends came. */
  readonly order: string[] = [];
  readonly #codec = new SpdyHeaderCodec();
  readonly #parser = new SpdyFrameParser();
  #nextId = 1;
  #ended = false;

  constructor(socket: Duplex, head: Buffer, protocol?: string) {
    this.socket = socket;
    this.protocol = protocol;
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => this.#receive(bytes));
    socket.on('end', () => {
      this.#ended = true;
      socket.end();
    });
    if (head.length > 0) this.#receive(head);
  }

  static async connect(port: number, path: string, protocols: readonly string[], method = 'POST'): Promise<SpdyClient> {
    const { socket, head, response } = await upgrade(port, path, method, {
      Connection: 'Upgrade',
      Upgrade: 'SPDY/3.1',
      ...(protocols.length === 0 ? {} : { 'X-Stream-Protocol-Version': [...protocols] }),
    });
    return new SpdyClient(socket, head, String(response.headers['x-stream-protocol-version']));
  }

  /** The server has hung up. */
  get ended(): boolean {
    return this.#ended;
  }

  async open(headers: Readonly<Record<string, string>>, fin = false): Promise<ClientStream> {
    const id = this.#nextId;
    this.#nextId += 2;
    const stream: ClientStream = { id, replied: false, received: Buffer.alloc(0), ended: false };
    this.streams.set(id, stream);
    this.socket.write(synStreamFrame(id, await this.#codec.encode(new Map(Object.entries(headers))), fin));
    return stream;
  }

  send({ id }: ClientStream, bytes: Buffer | string, fin = false): void {
    this.socket.write(dataFrame(id, Buffer.from(bytes as string), fin));
  }

  reset({ id }: ClientStream): void {
    this.socket.write(resetFrame(id, 5));
  }

  ping(id: number): void {
    this.socket.write(pingFrame(id));
  }

  #receive(bytes: Buffer): void {
    for (const frame of this.#parser.push(bytes)) {
      if (frame.kind === 'ping') this.pongs.push(frame.id);
      if (!('stream' in frame)) continue;
      const stream = this.streams.get(frame.stream);
      if (stream === undefined) throw new Error(`a frame for stream ${frame.stream}`);
      if (frame.kind === 'synReply') stream.replied = true;
      if (frame.kind === 'reset') stream.reset = frame.status;
      if (frame.kind !== 'data') continue;
      if (stream.ended) throw new Error(`data after the end of stream ${stream.id}`);
      stream.received = Buffer.concat([stream.received, frame.payload]);
      stream.ended = frame.fin;
      this.order.push(`${stream.id}${frame.fin ? ' end' : ''}`);
    }
  }
}

/** @throws UpgradeRefused with the Status' message */
async function upgrade(
  port: number,
  path: string,
  method: string,
  headers: Readonly<Record<string, string | string[]>>,
): Promise<{ readonly socket: Duplex; readonly head: Buffer; readonly response: IncomingMessage }> {
  const outgoing = request({ host: '127.0.0.1', port, path, method, headers });
  outgoing.end();
  const refused = new Promise<never>((_resolve, reject) => {
    outgoing.once('error', reject);
    outgoing.once('response', (response) => {
      json(response).then((status) => {
        // A Status.
        const { message } = status as { message: string };
        reject(new UpgradeRefused(response.statusCode ?? 0, message));
      }, reject);
    });
  });
  const upgraded = new Promise<{ response: IncomingMessage; socket: Duplex; head: Buffer }>((resolve) => {
    outgoing.once('upgrade', (response, socket, head) => resolve({ response, socket, head }));
  });
  return Promise.race([upgraded, refused]);
}
