import { NAMESPACE_KINDS } from '../../docker/namespaces.js';
import type { Paint } from '../output/colour.js';
import { formatTable } from '../output/table.js';
import type { NamespaceReport } from './namespace-report.js';

const HEADING = ['CONTAINER', 'PID', 'NET', 'IPC', 'UTS', 'PID-NS', 'MNT', 'USER', 'CGROUP'];
/** Columns before those of the namespaces. */
const LEADING = 2;

/**
 * The report for people: a row for each container with inode numbers, whether each column is shared, and a sentence.
 * With colours, what a container shares with the sandbox is green.
 */
export function formatNamespaceReport(report: NamespaceReport, paint: Paint): string {
  const rows = report.containers.map(({ name, pid, namespaces }) => [
    name,
    String(pid),
    ...NAMESPACE_KINDS.map((kind) => namespaces[kind].inode ?? '?'),
  ]);
  const verdicts = ['', '', ...NAMESPACE_KINDS.map((kind) => report.verdicts[kind])];
  const table = formatTable([HEADING, ...rows, verdicts], (text, row, column) => {
    if (row === 0) return paint('bold', text);
    const kind = NAMESPACE_KINDS[column - LEADING];
    if (kind === undefined) return text;
    const container = report.containers[row - 1];
    if (container === undefined) return paint(report.verdicts[kind] === 'shared' ? 'green' : 'dim', text);
    return container.namespaces[kind].shared === true ? paint('green', text) : text;
  });
  return `${table}\n${report.summary}\n`;
}
