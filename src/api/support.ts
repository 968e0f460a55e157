import { formatPath } from './problem.js';
import type { Pod } from './schema/pod.js';
import { proofOf } from './support-proofs.js';
import { supportTable, type Support } from './support-table.js';

/** A field that is set, and has no effect or another one than documented. */
export interface UnsupportedField {
  readonly path: string;
  readonly segments: readonly (string | number)[];
  /** The whole text, path included. */
  readonly message: string;
}

/**
 * Everything a pod asks for in vain, so that nothing is passed over in silence. Values that ask for nothing, as empty
 * lists and defaults, are not named.
 *
 * @param nodeName of this node, when known: a pod may name it.
 */
export function unsupportedFields(pod: Pod, nodeName?: string): UnsupportedField[] {
  const found: UnsupportedField[] = [];
  const look = (value: unknown, rowPath: string, segments: readonly (string | number)[]): void => {
    if (isEmpty(value)) return;
    const row = Object.hasOwn(supportTable, rowPath) ? supportTable[rowPath] : undefined;
    if (row !== undefined) {
      const text = rowPath === 'spec.nodeName' && value === nodeName ? undefined : sayWhy(row, value);
      const path = formatPath(segments);
      if (text !== undefined) found.push({ path, segments, message: `${path} ${text}` });
    } else if (Array.isArray(value)) {
      value.forEach((item: unknown, index) => look(item, `${rowPath}[]`, [...segments, index]));
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, field] of Object.entries(value)) {
        look(field, rowPath === '' ? name : `${rowPath}.${name}`, [...segments, name]);
      }
    }
  };
  look(pod, '', []);
  return found;
}

function sayWhy(row: Support, value: unknown): string | undefined {
  switch (row.status) {
    case 'realised': {
      const instead = typeof value === 'string' && row.except !== undefined ? row.except[value] : undefined;
      return instead === undefined ? undefined : `${JSON.stringify(value)} ${instead}`;
    }
    case 'ignored':
      return row.harmless === 'all' || row.harmless?.includes(value) === true
        ? undefined
        : `has no effect: ${row.because}`;
  }
}

/** Nothing is asked for. An empty object is something: it may be a probe or a volume. */
const isEmpty = (value: unknown): boolean =>
  value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

/** The table as the page `docs/pod-spec.md`. */
export function renderSupportTable(): string {
  const rows = Object.entries(supportTable).map(([path, row]) => {
    const proof = row.status === 'realised' ? proofOf(path) : undefined;
    const test = proof === undefined ? '' : `[${proof.replace(/^test\/|\.test\.ts$/g, '')}](../${proof})`;
    return [`\`${path}\``, describe(row), test] as const;
  });
  const left = Math.max(...rows.map(([path]) => path.length));
  const middle = Math.max(...rows.map(([, text]) => text.length));
  const right = Math.max(...rows.map(([, , test]) => test.length));
  const line = (path: string, text: string, test: string): string =>
    `| ${path.padEnd(left)} | ${text.padEnd(middle)} | ${test.padEnd(right)} |`;
  return [
    '# What becomes of every field of a Pod',
    '',
    'Made from `src/api/support-table.ts`. kubelette knows every field of a v1 Pod (Kubernetes 1.34): a misspelt one is an',
    'error, and one that is used without being realised gives a warning. A field whose row is not _yes_ includes all below it.',
    '',
    line('field', 'realised', 'shown by'),
    line('-'.repeat(left), '-'.repeat(middle), '-'.repeat(right)),
    ...rows.map((row) => line(...row)),
    '',
  ].join('\n');
}

function describe(row: Support): string {
  switch (row.status) {
    case 'realised': {
      const exceptions = Object.entries(row.except ?? {}).map(([value, instead]) => `\`${value}\` ${instead}`);
      return exceptions.length === 0 ? 'yes' : `yes, but ${exceptions.join('; ')}`;
    }
    case 'ignored':
      return `ignored: ${row.because}`;
  }
}
