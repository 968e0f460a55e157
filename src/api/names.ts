/**
 * Rules for names, with the API server's own words. Each check returns what is wrong, nothing for a good name.
 * Every pattern is linear and runs only on text of bounded length.
 * Source: apimachinery pkg/util/validation/validation.go
 */
export type NameCheck = (text: string) => string[];

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
/** Longer text is not shown to a pattern; no rule below allows it. */
const MAX_SHOWN = 1024;

const whole = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`);
const labelPattern = whole(LABEL);
const subdomainPattern = whole(SUBDOMAIN);
const qualifiedPattern = whole(QUALIFIED);
const fits = (pattern: RegExp, text: string): boolean => text.length <= MAX_SHOWN && pattern.test(text);

const tooLong = (length: number): string => `must be no more than ${length} characters`;

const regexError = (rule: string, pattern: string, ...examples: readonly string[]): string =>
  `${rule} (e.g. ${examples.map((example) => `'${example}'`).join(',  or ')}, regex used for validation is '${pattern}')`;

const LABEL_RULE = regexError(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', " +
    'and must start and end with an alphanumeric character',
  LABEL,
  'my-name',
  '123-abc',
);
const SUBDOMAIN_RULE = regexError(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', " +
    'and must start and end with an alphanumeric character',
  SUBDOMAIN,
  'example.com',
);
const QUALIFIED_CHARACTERS =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const QUALIFIED_RULE = regexError(QUALIFIED_CHARACTERS, QUALIFIED, 'MyName', 'my.name', '123-abc');
const LABEL_VALUE_RULE = regexError(
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', " +
    'and must start and end with an alphanumeric character',
  `(${QUALIFIED})?`,
  'MyValue',
  'my_value',
  '12345',
);

/** Names of containers, volumes, namespaces, hosts. */
export function dnsLabelProblems(text: string): string[] {
  const problems = text.length > 63 ? [tooLong(63)] : [];
  if (!fits(labelPattern, text)) problems.push(fits(subdomainPattern, text) ? 'must not contain dots' : LABEL_RULE);
  return problems;
}

/** Names of pods, ConfigMaps, Secrets, claims, nodes. */
export function dnsSubdomainProblems(text: string): string[] {
  const problems = text.length > 253 ? [tooLong(253)] : [];
  if (!fits(subdomainPattern, text)) problems.push(SUBDOMAIN_RULE);
  return problems;
}

/** Keys of labels and annotations, names of conditions and extended resources: `name` or `prefix/name`. */
export function qualifiedNameProblems(text: string): string[] {
  const parts = text.split('/');
  if (parts.length > 2) {
    return [
      `a qualified name ${QUALIFIED_RULE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const problems: string[] = [];
  const prefix = parts.length === 2 ? parts[0] : undefined;
  const name = parts.at(-1) ?? '';
  if (prefix === '') problems.push('prefix part must be non-empty');
  else if (prefix !== undefined) problems.push(...dnsSubdomainProblems(prefix).map((text) => `prefix part ${text}`));
  if (name === '') problems.push('name part must be non-empty');
  else if (name.length > 63) problems.push(`name part ${tooLong(63)}`);
  if (!fits(qualifiedPattern, name)) problems.push(`name part ${QUALIFIED_RULE}`);
  return problems;
}

/** Values of labels. */
export function labelValueProblems(text: string): string[] {
  const problems = text.length > 63 ? [tooLong(63)] : [];
  if (text !== '' && !fits(qualifiedPattern, text)) problems.push(LABEL_VALUE_RULE);
  return problems;
}

/** Names of ports, where a name stands for a number. */
export function portNameProblems(text: string): string[] {
  const problems: string[] = [];
  if (text.length > 15) problems.push(tooLong(15));
  if (!/^[-a-z0-9]*$/.test(text)) {
    problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(text)) problems.push('must contain at least one letter (a-z)');
  if (text.includes('--')) problems.push('must not contain consecutive hyphens');
  if (text.startsWith('-') || text.endsWith('-')) problems.push('must not begin or end with a hyphen');
  return problems;
}

/** Ports given as numbers. */
export const portNumberProblems = (port: number): string[] =>
  port >= 1 && port <= 65535 ? [] : ['must be between 1 and 65535, inclusive'];

/** Names of environment variables, by the rule of Kubernetes 1.30 and later. */
export const envNameProblems: NameCheck = (text) =>
  /^[ -<>-~]+$/.test(text)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];

/** Names of HTTP headers in probes and hooks. */
export const httpHeaderProblems: NameCheck = (text) =>
  /^[-A-Za-z0-9]+$/.test(text)
    ? []
    : [
        regexError(
          "a valid HTTP header must consist of alphanumeric characters or '-'",
          '[-A-Za-z0-9]+',
          'X-Header-Name',
        ),
      ];

/** Keys of ConfigMaps and Secrets. */
export function configKeyProblems(text: string): string[] {
  const problems = text.length > 253 ? [tooLong(253)] : [];
  if (!/^[-._a-zA-Z0-9]+$/.test(text)) {
    problems.push(
      regexError(
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
        '[-._a-zA-Z0-9]+',
        'key.name',
        'KEY_NAME',
        'key-name',
      ),
    );
  }
  if (text === '.') problems.push("must not be '.'");
  else if (text === '..') problems.push("must not be '..'");
  else if (text.startsWith('..')) problems.push("must not start with '..'");
  return problems;
}

const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const ipv4Pattern = whole(`${OCTET}(?:\\.${OCTET}){3}`);

/** IPv4 or IPv6 addresses. Leading zeros are refused, as by Go. */
export const ipProblems: NameCheck = (text) =>
  text.length <= 45 && (ipv4Pattern.test(text) || isIpv6(text))
    ? []
    : ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];

function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1);
  const embedded = last?.includes('.') === true && !text.endsWith('::');
  if (embedded && !ipv4Pattern.test(last)) return false;
  const hex = embedded ? groups.slice(0, -1) : groups;
  if (!hex.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return false;
  const length = hex.length + (embedded ? 2 : 0);
  return halves.length === 2 ? length < 8 : length === 8;
}
