/**
 * The few engine calls that setup needs, with nothing but Node: it runs before `npm ci` and where no docker CLI is.
 *
 *   node scripts/engine.mjs find                     prints the endpoint of the first engine that answers, else exit 1
 *   node scripts/engine.mjs has IMAGE                exit 0 when the engine has it
 *   node scripts/engine.mjs pull IMAGE AS            pulls IMAGE and gives it the second name too
 *   node scripts/engine.mjs import IMAGE CHANGE...   makes IMAGE from the root file system tar on stdin
 *   node scripts/engine.mjs save IMAGE               writes IMAGE to stdout, for `load`
 *   node scripts/engine.mjs load                     takes the images on stdin
 *
 * The agent has its own, fuller resolver (src/docker); both look in the same places in the same order.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const PING_TIMEOUT_MS = 3_000;
/** A registry that cannot be reached either fails at once or never says a word: wait this long for the next word. */
const PULL_SILENCE_MS = 10_000;
const PULL_TOTAL_MS = 120_000;

/** What a user named wins and is the only candidate; sockets are tried when nobody named one. */
function candidates() {
  const { DOCKER_HOST, DOCKER_CONTEXT, XDG_RUNTIME_DIR } = process.env;
  if (DOCKER_HOST) return [DOCKER_HOST];
  const fromContext = contextEndpoint(DOCKER_CONTEXT);
  if (fromContext !== undefined) return [fromContext];
  const home = homedir();
  const runtime = XDG_RUNTIME_DIR || `/run/user/${process.getuid?.() ?? 0}`;
  return [
    '/var/run/docker.sock',
    `${home}/.docker/run/docker.sock`, // Docker Desktop
    `${runtime}/docker.sock`, // rootless
    `${home}/.docker/desktop/docker.sock`, // Docker Desktop on Linux
    `${home}/.colima/default/docker.sock`,
    `${home}/.rd/docker.sock`, // Rancher Desktop
    `${home}/.orbstack/run/docker.sock`,
    `${runtime}/podman/podman.sock`,
    '/run/podman/podman.sock',
  ]
    .filter((path) => existsSync(path))
    .map((path) => `unix://${path}`);
}

/** The docker CLI keeps a context's endpoint in a file named after the hash of the context's name. */
function contextEndpoint(fromEnvironment) {
  const directory = process.env.DOCKER_CONFIG || join(homedir(), '.docker');
  const name = fromEnvironment || readJson(join(directory, 'config.json'))?.currentContext;
  if (!name || name === 'default') return undefined;
  const id = createHash('sha256').update(name).digest('hex');
  const host = readJson(join(directory, 'contexts/meta', id, 'meta.json'))?.Endpoints?.docker?.Host;
  // As the CLI: who names a context means that one and no other engine.
  if (!host) throw new Error(`docker context "${name}" does not exist or names no endpoint`);
  return host;
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** One request; resolves with the response once its headers are there. */
function call(endpoint, method, path, { body, signal } = {}) {
  const { send, options } = connection(endpoint);
  return new Promise((resolve, reject) => {
    const request = send({
      ...options,
      method,
      path,
      signal,
      headers: body ? { 'content-type': 'application/x-tar' } : {},
    });
    request.once('error', reject).once('response', resolve);
    if (body) body.once('error', reject).pipe(request);
    else request.end();
  });
}

function connection(endpoint) {
  const url = new URL(endpoint);
  if (url.protocol === 'unix:') return { send: httpRequest, options: { socketPath: url.pathname, host: 'docker' } };
  if (!['tcp:', 'http:', 'https:'].includes(url.protocol)) throw new Error(`cannot use engine endpoint ${endpoint}`);
  const tls = url.protocol === 'https:' || Boolean(process.env.DOCKER_TLS_VERIFY);
  const options = { host: url.hostname, port: url.port || (tls ? 2376 : 2375) };
  if (!tls) return { send: httpRequest, options };
  const certificates = process.env.DOCKER_CERT_PATH ?? join(homedir(), '.docker');
  const file = (name) => readFileSync(join(certificates, name));
  return {
    send: httpsRequest,
    options: { ...options, ca: file('ca.pem'), cert: file('cert.pem'), key: file('key.pem') },
  };
}

/** The engine's own words for why it said no. */
async function refusal(response) {
  const chunks = [];
  for await (const chunk of response) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString('utf8');
  try {
    return JSON.parse(body).message;
  } catch {
    return body.trim();
  }
}

async function find() {
  for (const endpoint of candidates()) {
    try {
      const response = await call(endpoint, 'GET', '/_ping', { signal: AbortSignal.timeout(PING_TIMEOUT_MS) });
      response.resume();
      if (response.statusCode === 200) return endpoint;
    } catch {
      // A socket file without a listener is the normal leftover of a stopped engine: try the next.
    }
  }
  return undefined;
}

async function has(endpoint, image) {
  const response = await call(endpoint, 'GET', `/images/${image}/json`);
  response.resume();
  return response.statusCode === 200;
}

/** The engine answers 200 and reports failure as a line of its progress stream. */
async function readProgress(response, what, onProgress = () => undefined) {
  let rest = '';
  if (response.statusCode !== 200) throw new Error(`${what}: ${await refusal(response)}`);
  for await (const chunk of response) {
    onProgress();
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const error = line.trim() === '' ? undefined : JSON.parse(line).error;
      if (error) throw new Error(`${what}: ${error}`);
    }
  }
}

async function pull(endpoint, image, as) {
  const silent = new AbortController();
  const stop = () => silent.abort(new Error(`pull ${image}: no answer from the registry`));
  let timer = setTimeout(stop, PULL_SILENCE_MS);
  const signal = AbortSignal.any([silent.signal, AbortSignal.timeout(PULL_TOTAL_MS)]);
  try {
    const response = await call(endpoint, 'POST', `/images/create?fromImage=${encodeURIComponent(image)}`, { signal });
    await readProgress(response, `pull ${image}`, () => {
      clearTimeout(timer);
      timer = setTimeout(stop, PULL_SILENCE_MS);
    });
  } finally {
    clearTimeout(timer);
  }
  const [repo, tag] = splitTag(as);
  const tagged = await call(endpoint, 'POST', `/images/${image}/tag?${new URLSearchParams({ repo, tag })}`);
  if (tagged.statusCode !== 201) throw new Error(`tag ${image} as ${as}: ${await refusal(tagged)}`);
  tagged.resume();
}

async function importImage(endpoint, image, changes) {
  const [repo, tag] = splitTag(image);
  const query = new URLSearchParams({ fromSrc: '-', repo, tag });
  for (const change of changes) query.append('changes', change);
  const response = await call(endpoint, 'POST', `/images/create?${query}`, { body: process.stdin });
  await readProgress(response, `import ${image}`);
}

async function saveImage(endpoint, image) {
  const response = await call(endpoint, 'GET', `/images/${image}/get`);
  if (response.statusCode !== 200) throw new Error(`save ${image}: ${await refusal(response)}`);
  await pipeline(response, process.stdout);
}

async function loadImages(endpoint) {
  await readProgress(await call(endpoint, 'POST', '/images/load?quiet=1', { body: process.stdin }), 'load');
}

function splitTag(image) {
  const colon = image.lastIndexOf(':');
  return [image.slice(0, colon), image.slice(colon + 1)];
}

async function main([command, image, ...rest]) {
  const endpoint = await find();
  if (endpoint === undefined) throw new Error('no Docker engine answers');
  switch (command) {
    case 'find':
      console.log(endpoint);
      return 0;
    case 'has':
      return (await has(endpoint, image)) ? 0 : 1;
    case 'pull':
      await pull(endpoint, image, rest[0]);
      return 0;
    case 'import':
      await importImage(endpoint, image, rest);
      return 0;
    case 'save':
      await saveImage(endpoint, image);
      return 0;
    case 'load':
      await loadImages(endpoint);
      return 0;
    default:
      console.error('usage: engine.mjs find | has IMAGE | pull IMAGE AS | import IMAGE CHANGE... | save IMAGE | load');
      return 2;
  }
}

try {
  // exit, not exitCode: kept-alive sockets of the engine would hold the process.
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
