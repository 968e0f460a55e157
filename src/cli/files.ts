import { isAbsolute, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where an agent keeps everything unless told otherwise. A relative XDG_STATE_HOME is ignored, as XDG demands. */
export function defaultDataDir(env: Environment, home: string): string {
  const state = env['XDG_STATE_HOME'];
  return join(state !== undefined && isAbsolute(state) ? state : join(home, '.local', 'state'), 'kubelette');
}

/** A path for people to read: the home directory as `~`. */
export const displayPath = (path: string, home: string): string =>
  path === home || path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
