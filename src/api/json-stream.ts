/** A part of a text. */
export interface TextPart {
  readonly text: string;
  /** Where it begins in the whole. */
  readonly offset: number;
}

/**
 * Takes apart JSON objects that stand one after another, as `jq '.items[]'` writes them: in YAML they are no documents of their own.
 * What follows the last of them is a part too. Any other text, a single object as well, is one part: YAML can be all of it.
 * Source: k8s.io/apimachinery pkg/util/yaml YAMLOrJSONDecoder
 */
export function splitJsonStream(text: string): readonly TextPart[] {
  const whole = [{ text, offset: 0 }];
  const first = objectEnd(text, 0);
  if (first === undefined || objectStart(text, first) === undefined || !isJson(text.slice(0, first))) return whole;
  const parts: TextPart[] = [];
  let offset = 0;
  for (let end: number | undefined = first; end !== undefined; end = objectEnd(text, offset)) {
    parts.push({ text: text.slice(offset, end), offset });
    offset = end;
  }
  return /\S/.test(text.slice(offset)) ? [...parts, { text: text.slice(offset), offset }] : parts;
}

/** Where the next thing begins, if that is an object. */
function objectStart(text: string, from: number): number | undefined {
  let at = from;
  while (' \t\r\n'.includes(text.charAt(at)) && at < text.length) at += 1;
  return text[at] === '{' ? at : undefined;
}

/** Behind the object that is the next thing; undefined when there is none, or it does not end. */
function objectEnd(text: string, from: number): number | undefined {
  const start = objectStart(text, from);
  if (start === undefined) return undefined;
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at += 1) {
    const char = text[at];
    if (inString) {
      if (char === '\\') at += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{') depth += 1;
    else if (char === '}') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
