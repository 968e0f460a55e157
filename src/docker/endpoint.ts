import { createHash } from 'node:crypto';
import { KubeletteError } from '../lib/errors.js';

/** Where an engine may be, and why we think so. */
export interface Endpoint {
  /** `unix:///path`, `npipe:////./pipe/x`, `tcp://host:port` or `ssh://user@host`. */
  readonly uri: string;
  /** For messages: `DOCKER_HOST`, `context "colima"`, `default socket`. */
  readonly reason: string;
  /** Present: TLS. Paths of PEM files on this machine, absent where the context has none. */
  readonly tls?: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly verify: boolean;
  };
}

/** Everything the choice depends on; found out by `look-up-endpoint.ts`. */
export interface EndpointFacts {
  /** `--docker-host`. */
  readonly flag?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** Content of `$DOCKER_CONFIG/config.json`, where there is one. */
  readonly config?: string;
  /** Content of the chosen context's `meta.json`. */
  readonly contextMeta?: string;
  /** TLS files of the chosen context that exist. */
  readonly contextTls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** Of `usualSockets`, those that exist, in that order. */
  readonly sockets: readonly string[];
}

/**
 * Where to look for the engine, best first. More than one only when nothing names an engine and several sockets exist:
 * the first that answers is taken. Order as measured with the docker CLI 28: flag, `DOCKER_HOST`, `DOCKER_CONTEXT`,
 * `currentContext`, platform default; then the sockets of the usual desktop products.
 *
 * @throws `Invalid` when the named context does not exist or its file cannot be understood: as the CLI does, no fallback
 */
export function endpointCandidates(facts: EndpointFacts): readonly Endpoint[] {
  if (facts.flag) return [withEnvTls({ uri: facts.flag, reason: '--docker-host' }, facts.env)];
  const fromEnv = facts.env['DOCKER_HOST'];
  if (fromEnv) return [withEnvTls({ uri: fromEnv, reason: 'DOCKER_HOST' }, facts.env)];
  const context = contextName(facts.env, facts.config);
  if (context !== undefined) return [contextEndpoint(context, facts)];
  if (facts.platform === 'win32') return [{ uri: 'npipe:////./pipe/docker_engine', reason: 'default pipe' }];
  const [first = DEFAULT_SOCKET, ...others] = facts.sockets;
  return [first, ...others].map((path) => ({
    uri: `unix://${path}`,
    reason: path === DEFAULT_SOCKET ? 'default socket' : 'found socket',
  }));
}

/** The context in force, or `undefined` for the platform's default. Source: docker CLI, cli/command resolveContextName. */
export function contextName(env: EndpointFacts['env'], config: string | undefined): string | undefined {
  const name = env['DOCKER_CONTEXT'] || currentContext(config);
  return name === undefined || name === '' || name === 'default' ? undefined : name;
}

/** A context's directory below `contexts/meta` and `contexts/tls`. */
export const contextDirectory = (name: string): string => createHash('sha256').update(name).digest('hex');

/** Sockets of rootful and rootless engines, Docker Desktop, Colima, Rancher Desktop, OrbStack and Podman. */
export function usualSockets(env: EndpointFacts['env'], home: string, uid: number | undefined): readonly string[] {
  const runtimeDir = env['XDG_RUNTIME_DIR'] || (uid === undefined ? undefined : `/run/user/${uid}`);
  return [
    DEFAULT_SOCKET,
    `${home}/.docker/run/docker.sock`,
    ...(runtimeDir === undefined ? [] : [`${runtimeDir}/docker.sock`]),
    `${home}/.docker/desktop/docker.sock`,
    `${home}/.colima/default/docker.sock`,
    `${home}/.rd/docker.sock`,
    `${home}/.orbstack/run/docker.sock`,
    ...(runtimeDir === undefined ? [] : [`${runtimeDir}/podman/podman.sock`]),
    '/run/podman/podman.sock',
  ];
}

const DEFAULT_SOCKET = '/var/run/docker.sock';

/** The CLI verifies the server when the variable is set to anything, and finds the files in DOCKER_CERT_PATH. */
function withEnvTls(endpoint: Endpoint, env: EndpointFacts['env']): Endpoint {
  const directory = env['DOCKER_CERT_PATH'];
  const verify = Boolean(env['DOCKER_TLS_VERIFY']);
  if (!endpoint.uri.startsWith('tcp://') || (!verify && !env['DOCKER_TLS'])) return endpoint;
  const files = directory
    ? { ca: `${directory}/ca.pem`, cert: `${directory}/cert.pem`, key: `${directory}/key.pem` }
    : {};
  return { ...endpoint, tls: { ...files, verify } };
}

function currentContext(config: string | undefined): string | undefined {
  if (config === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(config);
    const holds = typeof parsed === 'object' && parsed !== null && 'currentContext' in parsed;
    return holds && typeof parsed.currentContext === 'string' ? parsed.currentContext : undefined;
  } catch {
    // The CLI only warns about a broken configuration file, too.
    return undefined;
  }
}

interface ContextMeta {
  readonly Endpoints?: { readonly docker?: { readonly Host?: string; readonly SkipTLSVerify?: boolean } };
}

function contextEndpoint(name: string, facts: EndpointFacts): Endpoint {
  const reason = `context "${name}"`;
  if (facts.contextMeta === undefined) {
    throw new KubeletteError('Invalid', `docker context "${name}" does not exist (see "docker context ls")`);
  }
  const docker = parseMeta(facts.contextMeta, name).Endpoints?.docker;
  if (!docker?.Host) throw new KubeletteError('Invalid', `docker context "${name}" has no docker endpoint`);
  const { ca, cert, key } = facts.contextTls;
  if (ca === undefined && cert === undefined && key === undefined) return { uri: docker.Host, reason };
  return { uri: docker.Host, reason, tls: { ...facts.contextTls, verify: docker.SkipTLSVerify !== true } };
}

function parseMeta(text: string, name: string): ContextMeta {
  try {
    return JSON.parse(text) as ContextMeta;
  } catch (cause) {
    throw new KubeletteError('Invalid', `docker context "${name}" has an unreadable meta.json`, { cause });
  }
}
