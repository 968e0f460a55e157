/**
 * Text in lines that are no longer than `limit` where words allow it. Line breaks stay; the blanks where a line is broken go.
 * Source: github.com/mitchellh/go-wordwrap, with which kubectl breaks its lines
 */
export function wrapWords(text: string, limit: number): string {
  let wrapped = '';
  let column = 0;
  let blanks = '';
  for (const [token] of text.matchAll(/\n|[^\S\n]+|\S+/g)) {
    const length = Array.from(token).length;
    if (token === '\n') {
      wrapped += column + blanks.length > limit ? token : blanks + token;
      column = 0;
      blanks = '';
    } else if (token.trim() === '') blanks = token;
    else {
      const room = limit - column - blanks.length;
      // A word as long as a line is not worth a new one.
      const breaks = length > room && Math.max(room + 1, 1) < limit;
      wrapped += breaks ? `\n${token}` : blanks + token;
      column = (breaks ? 0 : column + blanks.length) + length;
      blanks = '';
    }
  }
  return column + blanks.length > limit ? wrapped : wrapped + blanks;
}
