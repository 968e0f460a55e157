import { afterAll, beforeAll } from '@jest/globals';
import { Kubelette } from '../../src/testing/kubelette.js';
import type { StartOptions } from '../../src/testing/node.js';

/** A node for the tests of this file, started before and stopped, with everything on it, after them. */
export function useNode(options: StartOptions = {}): { readonly node: Kubelette } {
  let started: Kubelette | undefined;
  beforeAll(async () => {
    started = await Kubelette.start(options);
  });
  afterAll(async () => {
    await started?.stop();
  });
  return {
    get node() {
      if (started === undefined) throw new Error('the node exists only while tests run');
      return started;
    },
  };
}

/** All lines of a log as it is now. */
export async function readLines(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

/** The first line of a log that matches, reading on until it comes. */
export async function findLine(lines: AsyncIterable<string>, pattern: RegExp): Promise<string> {
  const seen: string[] = [];
  for await (const line of lines) {
    if (pattern.test(line)) return line;
    seen.push(line);
  }
  throw new Error(`the log ended without a line like ${String(pattern)}; it was:\n${seen.join('\n')}`);
}
