import { KubeletteError } from '../../lib/errors.js';
import { escapeLines } from '../output/escape.js';
import { groupVersion, type Discovery, type Resource } from './discovery.js';
import { explanation } from './explain/explanation.js';
import { followPath, type Schema, type Schemas } from './explain/schema.js';
import type { ClientFlags, Session } from './session.js';

export interface ExplainFlags extends ClientFlags {
  readonly recursive?: true;
  readonly apiVersion?: string;
}

interface OpenApiIndex {
  readonly paths: Readonly<Record<string, { readonly serverRelativeURL: string } | undefined>>;
}
interface OpenApiDocument {
  readonly components?: { readonly schemas?: Schemas };
}

/** `explain TYPE[.FIELD...]`: what it is, in the words of the server's OpenAPI document. */
export async function explain(session: Session, args: readonly string[], flags: ExplainFlags): Promise<void> {
  const [argument, ...more] = args;
  if (argument === undefined)
    throw new KubeletteError(
      'Invalid',
      'You must specify the type of resource to explain. Use "kubelette api-resources" for a complete list of supported resources.',
    );
  if (more.length > 0) throw new KubeletteError('Invalid', 'We accept only this format: explain RESOURCE');
  const { path, resource } = await readArgument(argument, session.discovery, flags.apiVersion);
  const schemas = await loadSchemas(session, resource);
  const root = Object.values(schemas).find((schema) => isOf(schema, resource));
  if (root === undefined)
    throw new KubeletteError('NotFound', `the server's OpenAPI document does not describe ${resource.kind}`);
  const fields = followPath(root, path, schemas);
  const missing = path[fields.length];
  if (missing !== undefined) throw new KubeletteError('NotFound', `field "${missing}" does not exist`);
  const text = explanation(resource, root, fields.at(-1), schemas, flags.recursive === true);
  // Tabs are part of the format.
  session.terminal.out.write(text.split('\t').map(escapeLines).join('\t'));
}

/** The type may be followed by its group: `leases.coordination.k8s.io.spec`. */
async function readArgument(argument: string, discovery: Discovery, apiVersion: string | undefined) {
  const [name = '', ...path] = argument.split('.');
  const found = await discovery.resource(name);
  const all = path.length === 0 && apiVersion === undefined ? [found] : await discovery.all();
  const same = all.filter(({ plural }) => plural === found.plural);
  if (apiVersion !== undefined) {
    const resource = same.find((one) => groupVersion(one) === apiVersion);
    if (resource !== undefined) return { resource, path };
    const subject = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`;
    throw new KubeletteError('NotFound', `couldn't find resource for "${subject}, Resource=${found.plural}"`);
  }
  const grouped = same.find(({ group }) => group !== '' && `${path.join('.')}.`.startsWith(`${group}.`));
  return grouped === undefined
    ? { resource: found, path }
    : { resource: grouped, path: path.slice(grouped.group.split('.').length) };
}

async function loadSchemas({ client, signal }: Session, resource: Resource): Promise<Schemas> {
  const { paths } = await client.json<OpenApiIndex>({ path: '/openapi/v3' }, signal);
  const address = paths[resource.group === '' ? `api/${resource.version}` : `apis/${groupVersion(resource)}`];
  if (address === undefined)
    throw new KubeletteError('NotFound', `the server has no OpenAPI document of ${groupVersion(resource)}`);
  const [path = '', query = ''] = address.serverRelativeURL.split('?');
  const document = await client.json<OpenApiDocument>(
    { path, query: Object.fromEntries(new URLSearchParams(query)) },
    signal,
  );
  return document.components?.schemas ?? {};
}

const isOf = (schema: Schema, { group, kind, version }: Resource): boolean =>
  (schema['x-kubernetes-group-version-kind'] ?? []).some(
    (one) => one.group === group && one.kind === kind && one.version === version,
  );
