import { describe, expect, it } from '@jest/globals';
import { changesIn } from '../../support/scripted-life/crashing-files.js';
import { filePoints, formatPoint, parsePoint, sample } from '../../support/scripted-life/points.js';

describe('crash points', () => {
  it.each(['17:before', '17:executed', '17:delivered', 'file:6:half', 'file:61:after+4:before'])(
    'are read as they are written: %s',
    (text) => expect(formatPoint(parsePoint(text))).toBe(text),
  );

  it.each(['', '17', '17:half', 'file:17:executed', 'file:', '17:before+3:before'])('are refused when %j', (text) =>
    expect(() => parsePoint(text)).toThrow(/^CRASH_SWEEP_AT: expected/),
  );

  it('are made of what a process told of its files, for writes also by half', () => {
    const changes = changesIn('{"msg":"file 9 open x"}\nfile 1 open agent.lock\nfile 2 writeFile* agent.lock\nover\n');
    expect(filePoints(changes, [{ call: 7, phase: 'after' }]).map(formatPoint)).toEqual([
      ...['file:7:after+1:before', 'file:7:after+1:after'],
      ...['file:7:after+2:before', 'file:7:after+2:half', 'file:7:after+2:after'],
    ]);
  });

  it('are sampled from all parts, the same ones for the same seed', () => {
    const items = Array.from({ length: 90 }, (_, index) => index);
    const chosen = sample(items, 3, 1);
    expect(chosen.map((item) => Math.floor(item / 30))).toEqual([0, 1, 2]);
    expect(sample(items, 3, 1)).toEqual(chosen);
    expect(sample(items, 3, 2)).not.toEqual(chosen);
  });
});
