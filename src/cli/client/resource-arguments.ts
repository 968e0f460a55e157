import { KubeletteError } from '../../lib/errors.js';
import type { Discovery, Resource } from './discovery.js';

/** What the arguments of a command name: objects, or all objects of some types. */
export type Selection =
  | { readonly kind: 'objects'; readonly objects: readonly { readonly resource: Resource; readonly name: string }[] }
  | { readonly kind: 'types'; readonly types: readonly Resource[] };

/**
 * Reads `TYPE`, `TYPE,TYPE`, `TYPE NAME...` and `TYPE/NAME...`.
 * @throws KubeletteError `Invalid` in kubectl's words; `NotFound` for a type the server has not
 * Source: cli-runtime pkg/resource/builder.go (ResourceTypeOrNameArgs)
 */
export async function readResourceArguments(args: readonly string[], discovery: Discovery): Promise<Selection> {
  const [first, ...names] = args;
  if (first === undefined) throw new KubeletteError('Invalid', 'Required resource not specified.');
  if (args.some((arg) => arg.includes('/'))) {
    const objects = await Promise.all(args.map((arg) => readTypeAndName(arg, discovery)));
    return { kind: 'objects', objects };
  }
  const types: Resource[] = [];
  for (const name of first.split(',').filter((part) => part !== ''))
    for (const resource of await discovery.typesOf(name)) if (!types.includes(resource)) types.push(resource);
  if (names.length === 0) return { kind: 'types', types };
  return { kind: 'objects', objects: types.flatMap((resource) => names.map((name) => ({ resource, name }))) };
}

async function readTypeAndName(arg: string, discovery: Discovery) {
  const [type = '', name = '', ...rest] = arg.split('/');
  if (rest.length > 0 || name === '' || type === '') {
    const problem = rest.length > 0 ? 'may not have more than one slash' : 'must have a single resource and name';
    throw new KubeletteError('Invalid', `arguments in resource/name form ${problem}`);
  }
  return { resource: await discovery.resource(type), name };
}
