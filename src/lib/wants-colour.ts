/** The part of a stream that matters for colours. */
export interface ColourTarget {
  readonly isTTY?: boolean;
}

/**
 * Whether this stream is to have colours: a terminal that can show them, unless NO_COLOR is set to anything; FORCE_COLOR
 * (other than 0 or false) turns them on elsewhere too. Sources: no-color.org, clig.dev.
 */
export function wantsColour(stream: ColourTarget, env: Readonly<Record<string, string | undefined>>): boolean {
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}
