import { styleText } from 'node:util';
import { wantsColour, type ColourTarget } from '../../lib/wants-colour.js';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan' | 'magenta' | 'blue';
/** Colours text, or returns it as it is. */
export type Paint = (style: Style | readonly Style[], text: string) => string;

/** Colours for this stream, if it wants them. */
export function painter(stream: ColourTarget, env: Readonly<Record<string, string | undefined>>): Paint {
  if (!wantsColour(stream, env)) return (_style, text) => text;
  // Without `validateStream: false` it would look at this process's stdout, whatever the text is for.
  return (style, text) => styleText(typeof style === 'string' ? style : [...style], text, { validateStream: false });
}

/** What kubectl users read as good, on its way, and bad, in the STATUS column. */
export function statusStyle(status: string): Style | undefined {
  if (status === 'Running' || status === 'Completed' || status === 'Succeeded') return 'green';
  if (/^(Pending|ContainerCreating|PodInitializing|Terminating|NotReady|Init:\d+\/\d+)$/.test(status)) return 'yellow';
  return 'red';
}
