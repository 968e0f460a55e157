import { Readable } from 'node:stream';
import type { EngineReply } from './upstream.js';

/** As many answers to one question are kept. */
const KEPT = 8;

type Kept = Omit<EngineReply, 'body' | 'hijacked'> & { readonly bytes: Buffer };

/** What listings answered before, to be said again when it is not true any more. */
export class EarlierReplies {
  readonly #byUrl = new Map<string, Kept[]>();

  /** @param back 1 is the one before the last, or the oldest there is; undefined when nothing was ever answered */
  get(url: string, back: number): EngineReply | undefined {
    const replies = this.#byUrl.get(url) ?? [];
    const kept = replies[Math.max(0, replies.length - 1 - back)];
    return kept === undefined ? undefined : withBody(kept);
  }

  /** Keeps the answer, read to its end, when it is that of a listing. @returns one to be read again */
  async remember(url: string, reply: EngineReply): Promise<EngineReply> {
    if (!/\/(containers\/json|volumes)(\?|$)/.test(url) || reply.status !== 200) return reply;
    const { body, ...head } = reply;
    const chunks: Buffer[] = [];
    for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
    const kept = { ...head, bytes: Buffer.concat(chunks) };
    this.#byUrl.set(url, [...(this.#byUrl.get(url) ?? []), kept].slice(-KEPT));
    return withBody(kept);
  }
}

const withBody = ({ bytes, ...head }: Kept): EngineReply => ({ ...head, body: Readable.from([bytes]) });
