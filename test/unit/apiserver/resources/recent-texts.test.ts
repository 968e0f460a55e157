import { expect, it } from '@jest/globals';
import { RecentTexts } from '../../../../src/apiserver/resources/recent-texts.js';

function recentTexts(limit: number): { ask: (name: string, bytes?: number) => number; readonly made: string[] } {
  const made: string[] = [];
  const texts = new RecentTexts<string>(limit, ({ length }) => length);
  return {
    ask: (name, bytes = 1) =>
      texts.of(name, () => {
        made.push(name);
        return name.repeat(bytes);
      }).length,
    made,
  };
}

it('a text is made once', () => {
  const { ask, made } = recentTexts(10);
  expect([ask('a', 3), ask('a', 3)]).toEqual([3, 3]);
  expect(made).toEqual(['a']);
});

it('the oldest are forgotten when there are too many bytes', () => {
  const { ask, made } = recentTexts(3);
  for (const name of ['a', 'b', 'c', 'd', 'b', 'c', 'd', 'a']) ask(name);
  expect(made).toEqual(['a', 'b', 'c', 'd', 'a']);
});

it('one that is larger than all that may be kept is kept as long as it is the last', () => {
  const { ask, made } = recentTexts(3);
  for (const name of ['a', 'b']) ask(name);
  for (const name of ['l', 'l']) ask(name, 100);
  for (const name of ['c', 'c', 'l']) ask(name, 2);
  expect(made).toEqual(['a', 'b', 'l', 'c', 'l']);
});
