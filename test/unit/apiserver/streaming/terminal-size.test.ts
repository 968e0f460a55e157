import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TerminalSizeParser } from '../../../../src/apiserver/streaming/terminal-size.js';

describe('TerminalSizeParser', () => {
  it('reads sizes one after the other, cut anywhere', () => {
    const text = '{"Width":80,"Height":24}\n{"Height":25,"Width":81}';
    fc.assert(
      fc.property(fc.integer({ min: 0, max: text.length }), (cut) => {
        const parser = new TerminalSizeParser();
        const pieces = [text.slice(0, cut), text.slice(cut)];
        expect(pieces.flatMap((piece) => parser.push(Buffer.from(piece)))).toEqual([
          { columns: 80, rows: 24 },
          { columns: 81, rows: 25 },
        ]);
      }),
    );
  });

  it.each([
    '{"Width":0,"Height":0}',
    '{"Width":"80","Height":24}',
    '{}',
    'null}',
    '{"Width":70000,"Height":24}',
    '}}}',
  ])('skips %s', (text) => expect(new TerminalSizeParser().push(Buffer.from(text))).toEqual([]));

  it('does not keep what goes on without end', () => {
    const parser = new TerminalSizeParser();
    parser.push(Buffer.alloc(5_000, 'x'));
    expect(parser.push(Buffer.from('{"Width":1,"Height":2}'))).toEqual([{ columns: 1, rows: 2 }]);
  });
});
