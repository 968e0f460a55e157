import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan' | 'magenta' | 'blue';
/** Colours text, or returns it as it is. */
export type Paint = (style: Style | readonly Style[], text: string) => string;

/** The part of a stream that matters for colours. */
export interface ColourTarget {
  readonly isTTY?: boolean;
}

/**
 * Colours for this stream: on a terminal that can, unless NO_COLOR is set to anything; FORCE_COLOR (other than 0 or
 * false) turns them on elsewhere too. Sources: no-color.org, clig.dev.
 */
export function painter(stream: ColourTarget, env: Readonly<Record<string, string | undefined>>): Paint {
  if (!wantsColour(stream, env)) return (_style, text) => text;
  // Without `validateStream: false` it would look at this process's stdout, whatever the text is for.
  return (style, text) => styleText(typeof style === 'string' ? style : [...style], text, { validateStream: false });
}

function wantsColour(stream: ColourTarget, env: Readonly<Record<string, string | undefined>>): boolean {
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

/** What kubectl users read as good, on its way, and bad, in the STATUS column. */
export function statusStyle(status: string): Style | undefined {
  if (status === 'Running' || status === 'Completed' || status === 'Succeeded') return 'green';
  if (/^(Pending|ContainerCreating|PodInitializing|Terminating|NotReady|Init:\d+\/\d+)$/.test(status)) return 'yellow';
  return 'red';
}
