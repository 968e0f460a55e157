import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { LinkedAbort } from '../../lib/abort.js';
import type { Clock } from '../../lib/clock.js';
import { errorMessage, hasCode } from '../../lib/errors.js';
import type { Logger } from '../../lib/logger.js';
import type { RegistryAuth } from '../../runtime/runtime.js';
import { dockerAuthEntries, parseJson } from '../core/images/docker-auths.js';
import { parseImageReference } from '../core/images/image-reference.js';
import { DOCKER_HUB, findCredentials, type KeyringEntry } from '../core/images/keyring.js';
import { askCredentialHelper } from './credential-helper.js';

export interface UserCredentialsOptions {
  /** With `config.json`; absent: where the docker command has it. */
  readonly directory?: string;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Helpers may ask a server, or a person to unlock a key ring. */
const HELPER_DEADLINE_MS = 30_000;
/** A helper says with this name that the secret is an identity token. Source: docker/cli, native_store.go. */
const TOKEN_USERNAME = '<token>';

type DockerConfig = Readonly<Record<string, unknown>>;

/**
 * What `docker login` has left: `auths`, `credsStore` and `credHelpers` in docker's `config.json`. Read anew for every
 * pull, so that a login counts at once. Trouble with it is logged, and the pull goes on without, as docker's does.
 */
export class UserCredentials {
  readonly #options: UserCredentialsOptions;

  constructor(options: UserCredentialsOptions) {
    this.#options = options;
  }

  /** In the order to try them: a helper's, then those in the file. */
  async find(image: string, signal: AbortSignal): Promise<readonly RegistryAuth[]> {
    const path = this.#path();
    const content = await readFile(path, 'utf8').catch(() => undefined);
    if (content === undefined) return [];
    try {
      const config = parseJson(content, path);
      const written = findCredentials(dockerAuthEntries(config['auths'], path), image);
      return [...(await this.#fromHelper(config, image, signal)), ...written];
    } catch (error) {
      if (signal.aborted || !hasCode(error, 'Invalid')) throw error;
      this.#options.logger.warn({ error: errorMessage(error) }, 'docker credentials cannot be used');
      return [];
    }
  }

  #path(): string {
    const { directory, env } = this.#options;
    return join(directory ?? (env['DOCKER_CONFIG'] || join(homedir(), '.docker')), 'config.json');
  }

  async #fromHelper(config: DockerConfig, image: string, signal: AbortSignal): Promise<readonly RegistryAuth[]> {
    const { registry } = parseImageReference(image);
    const server = registry === 'docker.io' ? DOCKER_HUB : registry;
    const helper = helperFor(config, registry, server);
    if (helper === undefined) return [];
    const { clock, env, logger } = this.#options;
    const bounded = new LinkedAbort(signal);
    const finished = new AbortController();
    clock.sleep(HELPER_DEADLINE_MS, finished.signal).then(
      () => bounded.abort(new Error(`no answer within ${HELPER_DEADLINE_MS / 1000} s`)),
      () => undefined,
    );
    try {
      const answer = await askCredentialHelper(helper, server, env, bounded.signal);
      if (answer === undefined) return [];
      const { secret, username } = answer;
      const login: Omit<KeyringEntry, 'pattern'> =
        username === TOKEN_USERNAME
          ? { username: '', password: '', identityToken: secret }
          : { username, password: secret };
      return [{ ...login, server }];
    } catch (error) {
      signal.throwIfAborted();
      logger.warn({ helper, server, error: errorMessage(error) }, 'docker credential helper failed');
      return [];
    } finally {
      bounded.release();
      finished.abort();
    }
  }
}

/** The registry's own helper before the one for all. */
function helperFor(config: DockerConfig, registry: string, server: string): string | undefined {
  const helpers = config['credHelpers'];
  const own = typeof helpers === 'object' && helpers !== null ? (helpers as DockerConfig) : {};
  const names = [server, registry, ...(registry === 'docker.io' ? ['index.docker.io'] : [])].map((key) => own[key]);
  return [...names, config['credsStore']].find((name): name is string => typeof name === 'string' && name !== '');
}
