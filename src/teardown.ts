import { FINISHED } from './lib/abort.js';
import { atMost } from './lib/at-most.js';
import type { Clock } from './lib/clock.js';

/** Removing pods may take this long on top of their grace. An engine that does not answer then is not waited for any longer ... */
const SLACK_MS = 30_000;
/** ... and one that answers is, up to this: a pod takes some ten calls, one after the other. */
const LONGEST_SLACK_MS = 180_000;

/**
 * Waits for everything to be removed.
 *
 * @param removal ends, without having done it all, when its signal aborts
 * @param graceMs the longest that anything of it was granted
 * @param engineAnswers as far as is known
 * @returns whether it is done
 */
export async function untilRemoved(
  removal: (signal: AbortSignal) => Promise<void>,
  graceMs: number,
  engineAnswers: () => boolean,
  clock: Clock,
): Promise<boolean> {
  const over = new AbortController();
  const { signal } = new AbortController();
  const removed = removal(over.signal).then(
    () => true,
    () => false,
  );
  try {
    let isOver = await atMost(graceMs + SLACK_MS, removed, clock, signal);
    for (let slackMs = SLACK_MS; !isOver && slackMs < LONGEST_SLACK_MS && engineAnswers(); slackMs += SLACK_MS)
      isOver = await atMost(SLACK_MS, removed, clock, signal);
    return isOver && (await removed);
  } finally {
    over.abort(FINISHED);
  }
}
