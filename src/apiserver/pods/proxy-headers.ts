/** They belong to one connection, not to the message. Source: RFC 9110 7.6.1 */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** They are between the client and this server: a pod must not see its credentials, nor leave any with the client. */
const OURS = new Set(['authorization', 'cookie', 'set-cookie', 'host']);

/**
 * The header lines that go through a proxy, names and values in turn as in `rawHeaders`.
 * @param upgrade leaves in what asks for, or grants, an upgrade
 */
export function forwardedHeaders(lines: readonly string[], upgrade: boolean): string[] {
  const named = new Set(valuesOf(lines, 'connection').flatMap((value) => value.toLowerCase().split(/\s*,\s*/)));
  const kept: string[] = [];
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const [name = '', value = ''] = lines.slice(index, index + 2);
    const key = name.toLowerCase();
    const wanted = upgrade && (key === 'connection' || key === 'upgrade');
    if (wanted || !(HOP_BY_HOP.has(key) || OURS.has(key) || named.has(key))) kept.push(name, value);
  }
  return kept;
}

const valuesOf = (lines: readonly string[], wanted: string): readonly string[] =>
  lines.filter((_line, index) => index % 2 === 1 && lines[index - 1]?.toLowerCase() === wanted);
