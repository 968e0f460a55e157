import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { KubeletteError } from '../../lib/errors.js';
import { defaultDataDir, displayPath } from '../files.js';
import { kubeconfigFiles } from '../kubeconfig/files.js';

type Environment = Readonly<Record<string, string | undefined>>;
type Entry = Readonly<Record<string, unknown>>;

/** Where the API is and how this user proves who they are. */
export interface Connection {
  readonly server: URL;
  /** Namespace of the context, `default` unless it says another one. */
  readonly namespace: string;
  /** PEM texts. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly token?: string;
  readonly serverName?: string;
  readonly insecure: boolean;
}

/** Flags that say which kubeconfig and what of it. */
export interface KubeconfigFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
}

/**
 * The connection of the chosen context: of `--kubeconfig`, else of the files in `$KUBECONFIG`, else of the kubeconfig the
 * agent keeps in its data directory. Of several files the first that defines a name wins.
 * @throws KubeletteError `NotFound` when there is no file or no such context, `Unsupported` for a login this client has not
 */
export async function loadConnection(flags: KubeconfigFlags, env: Environment): Promise<Connection> {
  const files = kubeconfigPaths(flags.kubeconfig, env, homedir());
  const read = await Promise.all(files.map((file) => readKubeconfig(file)));
  const configs = read.filter((config) => config !== undefined);
  if (configs.length === 0 || (flags.kubeconfig !== undefined && read.includes(undefined))) throw noKubeconfig(files);
  return connectionOf(configs, flags.context);
}

/** The names of all contexts. */
export async function contextsOf(flags: KubeconfigFlags, env: Environment): Promise<readonly string[]> {
  const read = await Promise.all(kubeconfigPaths(flags.kubeconfig, env, homedir()).map((file) => readKubeconfig(file)));
  const entries = read.flatMap((config) => {
    const listed: unknown = config?.content['contexts'];
    return Array.isArray(listed) ? listed.map(asEntry) : [];
  });
  return [...new Set(entries.flatMap((entry) => text(entry, 'name') ?? []))];
}

/** Absolute, first one first. */
export function kubeconfigPaths(flag: string | undefined, env: Environment, home: string): readonly string[] {
  const listed = (env['KUBECONFIG'] ?? '') !== '' || (flag ?? '') !== '';
  if (listed) return kubeconfigFiles(flag, env, home);
  return [join(resolve(env['KUBELETTE_DATA_DIR'] ?? defaultDataDir(env, home)), 'kubeconfig')];
}

/** One file's content, and the directory its relative paths start from. */
interface Kubeconfig {
  readonly directory: string;
  readonly content: Entry;
}

async function readKubeconfig(path: string): Promise<Kubeconfig | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const { parse, YAMLParseError } = await import('yaml');
  try {
    const content: unknown = parse(text, { prettyErrors: false });
    return { directory: dirname(path), content: asEntry(content) };
  } catch (error) {
    // With the code only: messages of the library may quote the text, and the text holds keys.
    const code = error instanceof YAMLParseError ? ` (${error.code})` : '';
    throw new KubeletteError('Invalid', `${path} is not YAML${code}`);
  }
}

async function connectionOf(configs: readonly Kubeconfig[], context: string | undefined): Promise<Connection> {
  const current = context ?? configs.map(({ content }) => text(content, 'current-context')).find(Boolean);
  if (current === undefined) throw new KubeletteError('NotFound', 'the kubeconfig has no current context');
  const chosen = find(configs, 'contexts', 'context', current);
  if (chosen === undefined) throw new KubeletteError('NotFound', `context "${current}" does not exist`);
  const clusterName = text(chosen.entry, 'cluster') ?? '';
  const cluster = find(configs, 'clusters', 'cluster', clusterName);
  if (cluster === undefined) throw new KubeletteError('NotFound', `cluster "${clusterName}" does not exist`);
  const user = find(configs, 'users', 'user', text(chosen.entry, 'user') ?? '') ?? { entry: {}, directory: '' };
  for (const login of ['exec', 'auth-provider', 'username'])
    if (login in user.entry)
      throw new KubeletteError('Unsupported', `this client logs in with certificates and tokens, not with "${login}"`);

  const [ca, cert, key, tokenText] = await Promise.all([
    material(cluster, 'certificate-authority'),
    material(user, 'client-certificate'),
    material(user, 'client-key'),
    tokenOf(user),
  ]);
  const serverName = text(cluster.entry, 'tls-server-name');
  return {
    server: serverUrl(text(cluster.entry, 'server') ?? ''),
    namespace: text(chosen.entry, 'namespace') ?? 'default',
    insecure: cluster.entry['insecure-skip-tls-verify'] === true,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(tokenText === undefined ? {} : { token: tokenText }),
    ...(serverName === undefined ? {} : { serverName }),
  };
}

interface Found {
  readonly entry: Entry;
  readonly directory: string;
}

function find(configs: readonly Kubeconfig[], list: string, inner: string, name: string): Found | undefined {
  for (const { content, directory } of configs) {
    const entries: unknown = content[list];
    if (!Array.isArray(entries)) continue;
    const named = entries.map(asEntry).find((entry) => entry['name'] === name);
    if (named !== undefined) return { entry: asEntry(named[inner]), directory };
  }
  return undefined;
}

/** `KEY-data` in base64, or the file that `KEY` names. */
async function material({ entry, directory }: Found, key: string): Promise<string | undefined> {
  const data = text(entry, `${key}-data`);
  if (data !== undefined) return Buffer.from(data, 'base64').toString();
  const path = text(entry, key);
  return path === undefined ? undefined : readFile(resolve(directory, path), 'utf8');
}

async function tokenOf({ entry, directory }: Found): Promise<string | undefined> {
  const path = text(entry, 'tokenFile');
  if (path !== undefined) return (await readFile(resolve(directory, path), 'utf8')).trim();
  return text(entry, 'token');
}

function serverUrl(server: string): URL {
  try {
    const url = new URL(server);
    if (url.protocol === 'https:' || url.protocol === 'http:') return url;
  } catch {
    // Said below.
  }
  throw new KubeletteError('Invalid', `the kubeconfig's server is not an address: ${JSON.stringify(server)}`);
}

function noKubeconfig(files: readonly string[]): KubeletteError {
  const paths = files.map((file) => displayPath(file, homedir())).join(', ');
  return new KubeletteError('NotFound', `no kubeconfig at ${paths} (is the agent running? start it: kubelette agent)`);
}

const asEntry = (value: unknown): Entry =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Entry) : {};

function text(entry: Entry, key: string): string | undefined {
  const value = entry[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
