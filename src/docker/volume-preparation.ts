import type { Socket } from 'node:net';
import { KubeletteError } from '../lib/errors.js';
import { withDeadline } from './deadline.js';
import type { Engine } from './engine.js';
import { FrameParser } from './frames.js';

const PREPARATION_DEADLINE_MS = 30_000;

export interface Preparation {
  /** Resolves when the sandbox's program said that all files and volume roots are as wanted. @throws with its own words */
  done(signal: AbortSignal): Promise<void>;
  close(): void;
}

/**
 * Listens to what the sandbox's program says when it starts: `ready` or `error: …`. What it said before is told too,
 * so this works for a sandbox that is started afterwards and for one that runs already.
 */
export async function watchPreparation(engine: Engine, id: string, signal: AbortSignal): Promise<Preparation> {
  const socket = await engine.hijack(
    { method: 'POST', path: `/containers/${id}/attach`, query: { logs: true, stream: true, stdout: true } },
    signal,
  );
  return {
    async done(waitSignal) {
      const line = await withDeadline(
        `sandbox ${id.slice(0, 12)}, preparing itself,`,
        PREPARATION_DEADLINE_MS,
        engine.clock,
        waitSignal,
        async () => firstLine(socket),
      );
      if (line === 'ready') return;
      throw new KubeletteError(
        'Internal',
        `prepare the sandbox: ${line.replace(/^error: /, '') || 'the sandbox ended'}`,
      );
    },
    close: () => void socket.destroy(),
  };
}

/** The first line of stdout, without newline; what there is when the stream ends before. */
async function firstLine(socket: Socket): Promise<string> {
  const parser = new FrameParser();
  let text = '';
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    for (const frame of parser.push(chunk)) text += frame.payload.toString('utf8');
    const end = text.indexOf('\n');
    if (end !== -1) return text.slice(0, end);
  }
  return text;
}
