import { describe, expect, it } from '@jest/globals';
import { clipLine, LiveScreen } from '../../../../src/cli/run/live-screen.js';

class FakeTerminal {
  text = '';
  readonly isTTY = true;
  columns = 10;
  rows = 5;

  write(text: string): void {
    this.text += text;
  }

  /** What was written since the last look. */
  take(): string {
    const { text } = this;
    this.text = '';
    return text;
  }
}

describe('LiveScreen', () => {
  it('draws over what it drew before, and erases what is left of it', () => {
    const terminal = new FakeTerminal();
    const screen = new LiveScreen(terminal);
    screen.draw(['one', 'two', 'three']);
    expect(terminal.take()).toBe(
      '\u001b[?25l\u001b[?2026hone\u001b[K\ntwo\u001b[K\nthree\u001b[K\n\u001b[J\u001b[?2026l',
    );
    screen.draw(['1']);
    expect(terminal.take()).toBe('\u001b[?2026h\u001b[3A\r1\u001b[K\n\u001b[J\u001b[?2026l');
  });

  it('stays inside a small window', () => {
    const terminal = new FakeTerminal();
    new LiveScreen(terminal).draw(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(terminal.take().match(/\n/g)).toHaveLength(4);
  });

  it('is 80 by 24 where the terminal does not know its size', () => {
    const terminal = new FakeTerminal();
    terminal.columns = 0;
    terminal.rows = 0;
    new LiveScreen(terminal).draw(Array.from({ length: 30 }, () => 'x'.repeat(100)));
    expect(terminal.take().match(/x+/g)).toEqual(Array.from({ length: 23 }, () => 'x'.repeat(80)));
  });

  it('shows the cursor again at the end, once', () => {
    const terminal = new FakeTerminal();
    const screen = new LiveScreen(terminal);
    screen.draw(['x']);
    terminal.take();
    screen[Symbol.dispose]();
    screen[Symbol.dispose]();
    expect(terminal.take()).toBe('\u001b[?25h');
  });
});

describe('clipLine', () => {
  it.each([
    ['short', 'short'],
    ['exactly 10', 'exactly 10'],
    ['longer than ten', 'longer tha'],
    ['\u001b[31mred and long\u001b[39m', '\u001b[31mred and lo\u001b[39m'],
    ['abc\u001b[1mdef\u001b[22mghijklm', 'abc\u001b[1mdef\u001b[22mghij'],
  ])('cuts %j to ten visible characters', (line, clipped) => {
    expect(clipLine(line, 10)).toBe(clipped);
  });
});
