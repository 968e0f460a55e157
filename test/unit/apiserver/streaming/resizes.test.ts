import { expect, it } from '@jest/globals';
import { Resizes } from '../../../../src/apiserver/streaming/resizes.js';
import type { TerminalSize } from '../../../../src/apiserver/streaming/terminal-size.js';

const size = (rows: number): TerminalSize => ({ columns: 80, rows });
const settle = async (): Promise<void> => new Promise<void>((resolve) => setImmediate(resolve));

it('keeps the last two sizes until there is a terminal, then applies one at a time', async () => {
  const resizes = new Resizes();
  const applied: number[] = [];
  let done: () => void = () => undefined;
  for (const rows of [1, 2, 3]) resizes.push(size(rows));
  resizes.start(async ({ rows }) => {
    applied.push(rows);
    await new Promise<void>((resolve) => {
      done = resolve;
    });
  });
  for (const rows of [4, 5]) resizes.push(size(rows));
  expect(applied).toEqual([2]);
  done();
  await settle();
  expect(applied).toEqual([2, 4]);
  done();
  await settle();
  expect(applied).toEqual([2, 4, 5]);
});

it('goes on after a size that could not be applied', async () => {
  const resizes = new Resizes();
  const applied: number[] = [];
  resizes.start(async ({ rows }) => {
    applied.push(rows);
    throw new Error('no terminal');
  });
  resizes.push(size(1));
  await settle();
  resizes.push(size(2));
  await settle();
  expect(applied).toEqual([1, 2]);
});
