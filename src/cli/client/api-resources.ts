import { groupVersion, qualifiedPlural, type Resource } from './discovery.js';
import { unknownFormat } from './print-objects.js';
import type { ClientFlags, Session } from './session.js';
import { TablePrinter } from './table-printer.js';

export interface ApiResourcesFlags extends ClientFlags {
  readonly apiGroup?: string;
  readonly namespaced?: string | true;
  readonly headers: boolean;
  readonly output?: string;
}

const COLUMNS = ['Name', 'ShortNames', 'ApiVersion', 'Namespaced', 'Kind', 'Verbs', 'Categories'].map(
  (name, index) => ({
    name,
    priority: index < 5 ? 0 : 1,
  }),
);

/** `api-resources`: the types the server has. */
export async function apiResources({ discovery, terminal }: Session, flags: ApiResourcesFlags): Promise<void> {
  const { output = '' } = flags;
  if (!['', 'wide', 'name'].includes(output)) throw unknownFormat(output, ['name', 'wide']);
  const resources = (await discovery.all())
    .filter(({ group, namespaced }) => isWanted(flags, group, namespaced))
    .sort(byGroupAndName);
  if (output === 'name') {
    terminal.out.write(resources.map((resource) => `${qualifiedPlural(resource)}\n`).join(''));
    return;
  }
  const table = new TablePrinter({
    wide: output === 'wide',
    noHeaders: !flags.headers,
    withNamespace: false,
    showLabels: false,
    labelColumns: [],
    namePrefix: '',
  });
  terminal.out.write(table.print([{ columnDefinitions: COLUMNS, rows: resources.map(toRow) }]));
}

const isWanted = (flags: ApiResourcesFlags, group: string, namespaced: boolean): boolean =>
  (flags.apiGroup === undefined || flags.apiGroup === group) &&
  (flags.namespaced === undefined || (flags.namespaced !== 'false') === namespaced);

function byGroupAndName(a: Resource, b: Resource): number {
  if (a.group !== b.group) return a.group < b.group ? -1 : 1;
  return a.plural < b.plural ? -1 : 1;
}

function toRow(resource: Resource) {
  const { categories, kind, namespaced, plural, shortNames, verbs } = resource;
  const sorted = [...verbs].sort().join(',');
  return {
    cells: [plural, shortNames.join(','), groupVersion(resource), namespaced, kind, sorted, categories.join(',')],
  };
}
