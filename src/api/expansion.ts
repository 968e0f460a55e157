/**
 * Replace `$(NAME)` by values. `$$` is a literal `$`, unknown names stay as they are written, and what was put in is not
 * looked at again: one pass, left to right.
 *
 * @param lookup undefined for a name that is not defined.
 * Source: kubernetes third_party/forked/golang/expansion/expand.go
 */
export function expand(text: string, lookup: (name: string) => string | undefined): string {
  let result = '';
  let from = 0;
  // Text full of unclosed `$(` is still read once only.
  const lastClose = text.lastIndexOf(')');
  for (;;) {
    const dollar = text.indexOf('$', from);
    if (dollar === -1 || dollar === text.length - 1) return result + text.slice(from);
    result += text.slice(from, dollar);
    const next = text[dollar + 1];
    from = dollar + 2;
    if (next === '$') {
      result += '$';
      continue;
    }
    const close = next === '(' && from <= lastClose ? text.indexOf(')', from) : -1;
    if (close === -1) {
      result += text.slice(dollar, from);
      continue;
    }
    result += lookup(text.slice(from, close)) ?? text.slice(dollar, close + 1);
    from = close + 1;
  }
}

/** All `$(NAME)` of a text that have no value or an empty one: what `subPathExpr` may not contain. */
export function missingNames(text: string, lookup: (name: string) => string | undefined): string[] {
  const missing: string[] = [];
  expand(text, (name) => {
    const value = lookup(name);
    if (value === undefined || value === '') missing.push(name);
    return value;
  });
  return missing;
}
