import { access, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { contextDirectory, contextName, usualSockets, type EndpointFacts } from './endpoint.js';

/** Reads what the choice of an engine depends on: environment, docker's configuration, existing sockets. */
export async function lookUpEndpointFacts(flag: string | undefined): Promise<EndpointFacts> {
  const { env, platform } = process;
  const directory = env['DOCKER_CONFIG'] || join(homedir(), '.docker');
  const config = await textOf(join(directory, 'config.json'));
  const context = contextName(env, config);
  const sockets = usualSockets(env, homedir(), process.getuid?.());
  const found = await Promise.all(sockets.map(exists));
  return {
    ...(flag === undefined ? {} : { flag }),
    env,
    platform,
    ...(config === undefined ? {} : { config }),
    ...(context === undefined ? { contextTls: {} } : await contextFiles(directory, context)),
    sockets: sockets.filter((_socket, index) => found[index]),
  };
}

async function contextFiles(
  directory: string,
  context: string,
): Promise<Pick<EndpointFacts, 'contextMeta' | 'contextTls'>> {
  const id = contextDirectory(context);
  const contextMeta = await textOf(join(directory, 'contexts', 'meta', id, 'meta.json'));
  const contextTls: { ca?: string; cert?: string; key?: string } = {};
  for (const file of ['ca', 'cert', 'key'] as const) {
    const path = join(directory, 'contexts', 'tls', id, 'docker', `${file}.pem`);
    if (await exists(path)) contextTls[file] = path;
  }
  return { ...(contextMeta === undefined ? {} : { contextMeta }), contextTls };
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    // Missing or unreadable: the CLI goes on without it as well.
    return undefined;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
