/** One thing wrong in a manifest, and where. */
export interface Problem {
  readonly file: string;
  /** Which document of the file, from 1. */
  readonly document: number;
  /** Both from 1; columns in UTF-16 units. */
  readonly line: number;
  readonly column: number;
  /** `spec.containers[0].image`, or empty when it is the text that is wrong. */
  readonly path: string;
  /** Without the path. */
  readonly message: string;
}

/** Both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** `web.yaml:7:9: spec.containers[0].imagee: unknown field` */
export function formatProblem({ file, line, column, path, message }: Problem): string {
  return [`${file}:${line}:${column}`, path, message].filter((part) => part !== '').join(': ');
}

/** Fields whose keys are the user's, not Kubernetes'. */
const MAPS = new Set<string | number | undefined>([
  ...['labels', 'annotations', 'matchLabels', 'nodeSelector', 'limits', 'requests', 'overhead'],
  ...['data', 'binaryData', 'stringData', 'volumeAttributes', 'allocatedResources'],
]);

/** Steps as text. Keys of maps are bracketed like places in lists: `metadata.labels[tier]`, `spec.containers[0].image`. */
export function formatPath(segments: readonly (string | number)[]): string {
  let text = '';
  for (const [index, segment] of segments.entries()) {
    const isField = typeof segment === 'string' && /^[A-Za-z_][A-Za-z0-9_]*$/.test(segment);
    if (isField && !MAPS.has(segments[index - 1])) text += text === '' ? segment : `.${segment}`;
    else text += `[${segment}]`;
  }
  return text;
}

/** In the order one reads a file. */
export const byPosition = (a: Problem, b: Problem): number =>
  a.document - b.document || a.line - b.line || a.column - b.column;
