import { KubeletteError } from '../../lib/errors.js';
import type { AnyObject } from './objects.js';
import { objectName } from './objects.js';
import { formatObject, unknownFormat } from './print-objects.js';
import type { Resource } from './discovery.js';
import type { ManifestFlags } from './manifest-objects.js';
import type { Session } from './session.js';

/** Flags of commands that write objects. */
export interface WriteFlags extends ManifestFlags {
  readonly dryRun?: string | true;
  readonly validate?: string | true;
  readonly output?: string;
  readonly fieldManager: string;
}

export type DryRun = 'none' | 'client' | 'server';

/** @throws KubeletteError `Invalid` */
export function readDryRun(flag: string | true | undefined): DryRun {
  if (flag === undefined || flag === 'none') return 'none';
  if (flag === 'client' || flag === 'server') return flag;
  throw new KubeletteError(
    'Invalid',
    `Invalid dry-run value (${String(flag)}). Must be "none", "server", or "client".`,
  );
}

/** `--validate` as the API's `fieldValidation`. @throws KubeletteError `Invalid` */
function fieldValidation(flag: string | true | undefined): 'Strict' | 'Warn' | 'Ignore' {
  switch (flag) {
    case undefined:
    case true:
    case 'true':
    case 'strict':
      return 'Strict';
    case 'warn':
      return 'Warn';
    case 'false':
    case 'ignore':
      return 'Ignore';
    default:
      throw new KubeletteError('Invalid', `invalid validation option "${flag}"`);
  }
}

/** What the query of a write says, whatever is written. */
export const writeQuery = (flags: WriteFlags) => ({
  fieldManager: flags.fieldManager,
  fieldValidation: fieldValidation(flags.validate),
  dryRun: readDryRun(flags.dryRun) === 'server' ? 'All' : undefined,
});

/** `pod/web created`, or the object in the format of `-o`. */
export async function printWritten(
  { terminal }: Session,
  resource: Resource,
  object: AnyObject,
  verb: string,
  flags: WriteFlags,
): Promise<void> {
  const name = objectName(resource, object.metadata.name);
  const { output = '' } = flags;
  const dryRun = readDryRun(flags.dryRun);
  const suffix = dryRun === 'none' ? '' : dryRun === 'client' ? ' (dry run)' : ' (server dry run)';
  if (output === '') terminal.out.write(`${name} ${verb}${suffix}\n`);
  else if (output === 'name') terminal.out.write(`${name}\n`);
  else if (output === 'json' || output === 'yaml') terminal.out.write(await formatObject(object, output));
  else throw unknownFormat(output, ['json', 'name', 'yaml']);
}
