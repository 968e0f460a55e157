import type { Duplex } from 'node:stream';
import type { Clock } from '../../lib/clock.js';
import type { CommandChannels, CommandStreams } from './command-channels.js';
import { formatOutcome, type CommandVersion } from './command-status.js';
import { Resizes } from './resizes.js';
import { serveCommand, type OpenSession } from './serve-command.js';
import { SpdySession } from './spdy-session.js';
import type { SpdyStream } from './spdy-stream.js';
import { TerminalSizeParser } from './terminal-size.js';

/** `X-Stream-Protocol-Version` of exec and attach, newest first. */
export const SPDY_COMMAND_PROTOCOLS: ReadonlyMap<string, CommandVersion> = new Map([
  ['v4.channel.k8s.io', 4],
  ['v3.channel.k8s.io', 3],
  ['v2.channel.k8s.io', 2],
  ['channel.k8s.io', 1],
]);

/** Until the client has opened all streams. Source: kubelet streamCreationTimeout. */
const STREAMS_TIMEOUT_MS = 30_000;

type StreamType = 'error' | 'stdin' | 'stdout' | 'stderr' | 'resize';

/**
 * Runs one exec or attach session over SPDY. Resolves when it is over. The process is started when all streams are there.
 * @throws SpdyError when the client breaks the protocol
 */
export async function serveSpdyCommand(
  transport: Duplex,
  version: CommandVersion,
  streams: CommandStreams,
  open: OpenSession,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const expected = expectedStreams(streams, version);
  const found = new Map<string, SpdyStream>();
  let onComplete: () => void = () => undefined;
  const complete = new Promise<void>((resolve) => {
    onComplete = resolve;
  });
  const session = new SpdySession({
    transport,
    clock,
    onStream: (stream) => {
      const type = stream.headers.get('streamtype') ?? '';
      if (!expected.has(type) || found.has(type)) {
        void stream.reset().catch(() => undefined);
        return;
      }
      found.set(type, stream);
      if (type !== 'stdin' && type !== 'resize') stream.input.destroy();
      if (found.size === expected.size) onComplete();
    },
  });
  const serve = async (): Promise<void> => {
    if (!(await inTime(complete, clock, session.gone))) return session.close();
    const channels = toChannels(found, session, version);
    if (channels !== undefined) await serveCommand(channels, open, AbortSignal.any([signal, session.gone]));
  };
  await Promise.all([session.run(signal), serve()]);
}

/** Not more than these is waited for, nor accepted. */
function expectedStreams({ stdin, stdout, stderr, tty }: CommandStreams, version: CommandVersion): Set<string> {
  const wanted: readonly (readonly [StreamType, boolean])[] = [
    ['error', true],
    ['stdin', stdin],
    ['stdout', stdout],
    ['stderr', stderr],
    ['resize', tty && version >= 3],
  ];
  return new Set(wanted.filter(([, expected]) => expected).map(([type]) => type));
}

async function inTime(complete: Promise<void>, clock: Clock, gone: AbortSignal): Promise<boolean> {
  const done = new AbortController();
  const timeout = clock.sleep(STREAMS_TIMEOUT_MS, AbortSignal.any([gone, done.signal])).then(
    () => false,
    () => false,
  );
  const inTime = await Promise.race([complete.then(() => true), timeout]);
  done.abort();
  return inTime;
}

function toChannels(
  found: ReadonlyMap<string, SpdyStream>,
  session: SpdySession,
  version: CommandVersion,
): CommandChannels | undefined {
  const { error, stdin, stdout, stderr, resize } = Object.fromEntries(found) as Partial<Record<StreamType, SpdyStream>>;
  if (error === undefined) return undefined;
  const resizes = new Resizes();
  if (resize !== undefined) {
    const sizes = new TerminalSizeParser();
    resize.input.on('data', (bytes: Buffer) => sizes.push(bytes).forEach((size) => resizes.push(size)));
  }
  return {
    ...(stdin === undefined ? {} : { stdin: stdin.input }),
    ...(stdout === undefined ? {} : { stdout: (bytes: Buffer) => stdout.write(bytes) }),
    ...(stderr === undefined ? {} : { stderr: (bytes: Buffer) => stderr.write(bytes) }),
    resizes,
    finish: async (outcome) => {
      const lastWords = formatOutcome(outcome, version);
      if (lastWords.length > 0) await error.write(lastWords);
      for (const stream of [error, stdout, stderr]) await stream?.end();
      await session.close();
    },
  };
}
