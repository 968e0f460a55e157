/** Writes 1, 2, 3, … a line each, ten a second, until it is asked to end. */
export const COUNTS = 'trap "exit 0" TERM; i=0; while :; do i=$((i+1)); echo $i; sleep 0.1; done';

/** How far a log of `COUNTS` has come. @throws when a line is missing, doubled or out of order */
export function counted(log: string): number {
  const lines = log.trimEnd().split('\n');
  const wrong = lines.findIndex((line, index) => line !== String(index + 1));
  if (wrong !== -1)
    throw new Error(`line ${String(wrong + 1)}: ${lines.slice(Math.max(0, wrong - 3), wrong + 4).join()}`);
  return lines.length;
}
