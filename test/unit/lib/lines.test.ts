import { expect, it } from '@jest/globals';
import { splitLines } from '../../../src/lib/lines.js';

async function* inPieces(pieces: readonly Buffer[]): AsyncGenerator<Buffer> {
  for (const piece of pieces) yield await Promise.resolve(piece);
}
async function lines(...pieces: (string | Buffer)[]): Promise<string[]> {
  const all: string[] = [];
  for await (const line of splitLines(inPieces(pieces.map((piece) => Buffer.from(piece))))) all.push(line);
  return all;
}

it.each<[string, (string | Buffer)[], string[]]>([
  ['nothing for nothing', [], []],
  ['each line without its break', ['a\nb\n'], ['a', 'b']],
  ['a last line without one', ['a\nb'], ['a', 'b']],
  ['empty lines', ['\n\na\n'], ['', '', 'a']],
  ['lines in pieces', ['a', 'b\nc', 'd', '\n'], ['ab', 'cd']],
  ['characters in pieces', [Buffer.from('é').subarray(0, 1), Buffer.from('é').subarray(1), '\n'], ['é']],
  ['half a character at the end', [Buffer.from('aé').subarray(0, 2)], ['a\ufffd']],
])('splits text into lines: %s', async (_what, pieces, wanted) => {
  expect(await lines(...pieces)).toEqual(wanted);
});
