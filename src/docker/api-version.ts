import { KubeletteError } from '../lib/errors.js';

/** The newest API we know; engines speak older versions of it. */
const NEWEST_API_VERSION = '1.51';
/** Docker 20.10. Below it, options we rely on are ignored without a word. */
const OLDEST_API_VERSION = '1.41';

/**
 * The API version to speak: the newest both know.
 *
 * @throws `Unsupported` when there is none
 */
export function negotiateApiVersion(engine: { newest: string; oldest?: string }, endpoint: string): string {
  if (compareVersions(engine.newest, OLDEST_API_VERSION) < 0) {
    throw new KubeletteError(
      'Unsupported',
      `the Docker engine at ${endpoint} speaks API ${engine.newest}; kubelette needs ${OLDEST_API_VERSION} (Docker 20.10) or newer`,
    );
  }
  const version = compareVersions(engine.newest, NEWEST_API_VERSION) < 0 ? engine.newest : NEWEST_API_VERSION;
  if (engine.oldest !== undefined && compareVersions(version, engine.oldest) < 0) {
    throw new KubeletteError(
      'Unsupported',
      `the Docker engine at ${endpoint} wants API ${engine.oldest} or newer; this kubelette speaks up to ${NEWEST_API_VERSION}`,
    );
  }
  return version;
}

/** Like `<=>` for `major.minor`. */
export function compareVersions(left: string, right: string): number {
  const [leftMajor = 0, leftMinor = 0] = left.split('.').map(Number);
  const [rightMajor = 0, rightMinor = 0] = right.split('.').map(Number);
  return leftMajor - rightMajor || leftMinor - rightMinor;
}
