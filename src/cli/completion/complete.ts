import type { Command } from 'commander';
import { escapeText } from '../output/escape.js';
import type { Terminal } from '../terminal.js';
import { wantedAt, type Candidate, type Place, type Wanted } from './wanted.js';

/** Nobody waits longer for a proposal. */
const PATIENCE_MS = 3_000;

/**
 * Prints what the last of the words may become, for the scripts of `completion`: a line each, with a tab before what it is;
 * `:files` where it may also be a file, `:nospace` where the word goes on. What goes wrong is no proposal, and never said.
 */
export async function completeCommandLine(
  program: Command,
  typed: readonly string[],
  { env, out }: Terminal,
): Promise<void> {
  const { place, prefix, wanted } = wantedAt(program, typed);
  const current = typed.at(-1) ?? '';
  const found = await proposals(wanted, place, env).catch(() => []);
  for (const { about, word } of found) {
    const whole = prefix + word;
    const line = about === undefined ? whole : `${whole}\t${about}`;
    if (whole.startsWith(current)) out.write(`${line.split('\t').map(escapeText).join('\t')}\n`);
  }
  if (wanted.kind === 'files' || wanted.kind === 'copies') out.write(':files\n');
  if (wanted.kind === 'copies' || found.some(({ word }) => /[=/]$/.test(word))) out.write(':nospace\n');
}

async function proposals(wanted: Wanted, place: Place, env: Terminal['env']): Promise<readonly Candidate[]> {
  switch (wanted.kind) {
    case 'words':
      return wanted.words;
    case 'files':
    case 'nothing':
      return [];
    case 'contexts':
      return (await import('./server-words.js')).contextNames(place, env);
    default: {
      const { askServer } = await import('./server-words.js');
      return askServer(wanted, place, env, AbortSignal.timeout(PATIENCE_MS));
    }
  }
}
