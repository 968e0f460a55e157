/**
 * Characters that make a terminal do something, or make text read in another order than it is stored: C0 and C1
 * controls, DEL, Unicode line separators, and the bidirectional marks, embeddings, overrides and isolates.
 */
const DANGEROUS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

const FAMILIAR: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '^[' };

/**
 * Makes text that somebody else wrote (names, reasons, messages) safe to show: everything dangerous becomes visible,
 * on one line. Container logs are not passed through this; they stay raw. Source: CVE-2021-25743.
 */
export const escapeText = (text: string): string =>
  text.replace(DANGEROUS, (char) => FAMILIAR[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** As `escapeText`, but line breaks stay: for messages of several lines. */
export const escapeLines = (text: string): string => text.split('\n').map(escapeText).join('\n');
