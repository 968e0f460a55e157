import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import Docker from 'dockerode';
import type { Clock } from '../lib/clock.js';
import { errorMessage, hasCode, KubeletteError } from '../lib/errors.js';
import { negotiateApiVersion } from './api-version.js';
import { endpointCandidates, type Endpoint } from './endpoint.js';
import { Engine, type EngineClients, type EngineFacts } from './engine.js';
import { lookUpEndpointFacts } from './look-up-endpoint.js';

/** Of several places to look at mostly one is there. Source: kubelet maxWaitForContainerRuntime. */
const CONNECT_DEADLINE_MS = 30_000;

/**
 * Finds the engine, asks for its version and settles on an API version.
 *
 * @param dockerHost as `--docker-host`
 * @throws `Unavailable` naming every place that was tried; `Unsupported` when the engine is too old or too new;
 * `Invalid` when what names the engine cannot be understood
 */
export async function connectEngine(
  dockerHost: string | undefined,
  clock: Clock,
  signal: AbortSignal,
): Promise<Engine> {
  const candidates = endpointCandidates(await lookUpEndpointFacts(dockerHost));
  const failures: unknown[] = [];
  for (const endpoint of candidates) {
    try {
      return await connectTo(endpoint, clock, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!hasCode(error, 'Unavailable')) throw error;
      failures.push(error);
    }
  }
  if (failures.length === 1) throw failures[0];
  throw new KubeletteError('Unavailable', failures.map(errorMessage).join('; '), { cause: failures[0] });
}

async function connectTo(endpoint: Endpoint, clock: Clock, signal: AbortSignal): Promise<Engine> {
  const described = `${endpoint.uri} (${endpoint.reason})`;
  const options = await clientOptions(endpoint);
  const unknown: EngineFacts = { version: '', apiVersion: '', architecture: '', endpoint: described };
  const answer = await new Engine(engineClients(options), unknown, clock).call<Docker.DockerVersion>(
    { method: 'GET', path: '/version', withinMs: CONNECT_DEADLINE_MS },
    signal,
  );
  const apiVersion = negotiateApiVersion({ newest: answer.ApiVersion, oldest: answer.MinAPIVersion }, described);
  const facts: EngineFacts = {
    version: answer.Version,
    apiVersion,
    architecture: answer.Arch,
    endpoint: described,
  };
  return new Engine(engineClients({ ...options, version: `v${apiVersion}` }), facts, clock);
}

/** An agent of one's own is printed at each call, with all its connections: fit for rare calls, one at a time. */
export function engineClients(options: Docker.DockerOptions): EngineClients {
  const opening = { ...options, agent: options.protocol === 'https' ? new HttpsAgent() : new HttpAgent() };
  return { keeping: new Docker(options), opening: new Docker(opening) };
}

/**
 * Every field is given, also as undefined: the client would fill the gaps from DOCKER_HOST and friends, and an address
 * from there wins over our socket path. No `agent` (each call would print it), no `timeout` (it kills streams).
 */
async function clientOptions({ uri, tls }: Endpoint): Promise<Docker.DockerOptions> {
  const none = { socketPath: undefined, host: undefined, port: undefined, timeout: undefined };
  if (uri.startsWith('unix://')) return { ...none, protocol: 'http', socketPath: uri.slice('unix://'.length) };
  if (uri.startsWith('npipe://')) return { ...none, protocol: 'http', socketPath: uri.slice('npipe://'.length) };
  const address = parseAddress(uri);
  if (address.protocol === 'ssh:') {
    return { ...none, protocol: 'ssh', host: address.hostname, port: address.port || 22, username: address.username };
  }
  if (tls?.verify === false) {
    throw new KubeletteError('Unsupported', `${uri}: TLS without verification of the engine is not supported`);
  }
  const secure = tls !== undefined || address.protocol === 'https:';
  return {
    ...none,
    protocol: secure ? 'https' : 'http',
    host: address.hostname,
    port: address.port || (secure ? 2376 : 2375),
    ca: await pem(tls?.ca),
    cert: await pem(tls?.cert),
    key: await pem(tls?.key),
  };
}

function parseAddress(uri: string): URL {
  const known = ['tcp:', 'http:', 'https:', 'ssh:'];
  const address = URL.canParse(uri) ? new URL(uri) : undefined;
  if (address === undefined || !known.includes(address.protocol) || address.hostname === '') {
    throw new KubeletteError(
      'Invalid',
      `cannot understand the engine address ${JSON.stringify(uri)}: expected unix://, tcp://, ssh:// or npipe://`,
    );
  }
  return address;
}

const pem = async (path: string | undefined): Promise<Buffer | undefined> =>
  path === undefined ? undefined : readFile(path);
