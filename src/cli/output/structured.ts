/** Formats of `-o` that print whole values. */
export type StructuredFormat = 'json' | 'yaml';

/** The value as JSON (four spaces, as kubectl) or YAML, with a final line break. */
export async function formatStructured(value: unknown, format: StructuredFormat): Promise<string> {
  if (format === 'json') return JSON.stringify(value, undefined, 4) + '\n';
  const { stringify } = await import('yaml');
  // Through JSON first: what cannot be said in JSON is not in a Kubernetes object, and shared parts make no anchors.
  return stringify(JSON.parse(JSON.stringify(value)), { aliasDuplicateObjects: false, lineWidth: 0 });
}
