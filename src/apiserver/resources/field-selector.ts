import { badRequest } from '../http/status-error.js';

/** One requirement: the field's text is, or is not, this value. */
export interface FieldTerm {
  readonly field: string;
  readonly value: string;
  readonly equal: boolean;
}

/** Longer ones are refused before anything reads them. */
const MAX_LENGTH = 64 * 1024;

/**
 * Reads a field selector: terms `f=v`, `f==v`, `f!=v` joined by commas, with `\` before a `\`, `,` or `=` in a value.
 *
 * @throws StatusError 400 in the words of the API server
 * Source: apimachinery pkg/fields/selector.go
 */
export function parseFieldSelector(text: string): FieldTerm[] {
  if (text.length > MAX_LENGTH) throw badRequest('invalid selector: it is too long');
  return splitTerms(text)
    .filter((term) => term !== '')
    .map((term) => readTerm(term, text));
}

/** At commas that are not escaped. */
function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === ',') {
      terms.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...terms, text.slice(start)];
}

function readTerm(term: string, whole: string): FieldTerm {
  const match = /^([^=!\\]*)(!=|==|=)(.*)$/s.exec(term);
  if (match === null) throw badRequest(`invalid selector: '${whole}'; can't understand '${term}'`);
  const [, field = '', operator, value = ''] = match;
  return { field, equal: operator !== '!=', value: unescape(value, whole) };
}

function unescape(value: string, whole: string): string {
  let text = '';
  for (let at = 0; at < value.length; at += 1) {
    const character = value[at] ?? '';
    if (character === '\\') {
      at += 1;
      const escaped = value[at] ?? '';
      if (!['\\', ',', '='].includes(escaped)) {
        throw badRequest(`invalid selector: '${whole}'; invalid field selector: invalid escape sequence: \\${escaped}`);
      }
      text += escaped;
    } else if (character === '=') {
      throw badRequest(`invalid selector: '${whole}'; invalid field selector: unescaped character in value: =`);
    } else text += character;
  }
  return text;
}
