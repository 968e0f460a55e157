/** `HostConfig.LogConfig` of a container. */
export interface LogConfig {
  readonly Type: 'local' | 'json-file';
  readonly Config: Readonly<Record<string, string>>;
}

/**
 * The engine's log driver that loses least (engine facts E). `local` keeps every byte; `json-file` replaces what is
 * not UTF-8. Before Docker 23 a reader that follows across a rotation loses lines, so there it does not rotate, and
 * `local` drops the newline of split lines, which only a terminal's unframed log cannot do without.
 *
 * @param engineVersion as `/version` says: `20.10.24+dfsg1`
 */
export function logConfig(engineVersion: string, tty: boolean): LogConfig {
  if (majorVersion(engineVersion) >= 23) {
    return { Type: 'local', Config: { 'max-size': '20m', 'max-file': '5', compress: 'false' } };
  }
  if (tty) return { Type: 'json-file', Config: {} };
  return { Type: 'local', Config: { 'max-size': '1024g', 'max-file': '1', compress: 'false' } };
}

/** A version we cannot read is a new one. */
function majorVersion(version: string): number {
  const major = Number.parseInt(version, 10);
  return Number.isNaN(major) ? Number.MAX_SAFE_INTEGER : major;
}
