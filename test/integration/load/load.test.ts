import { expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

interface Report {
  readonly results: readonly {
    readonly rows: readonly { readonly figure: string; readonly right?: boolean; readonly note?: string }[];
  }[];
}

/** On a machine that has other things to do. */
const WITHIN_MS = 240_000;

/** A small form of `npm run load`: only what has to be right, not how fast it is. */
it.each(['watchers', 'log-followers'])(
  '%s: everyone gets everything once and in order, also beside those that do not read',
  async (name) => {
    const args = ['bench/main.mjs', 'load/cases', name, '--quick', '--json'];
    // Ends with 1 when something is wrong, which the report says better.
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      env: { ...process.env, NODE_OPTIONS: '' },
    }).catch((error: unknown) => error as { stdout: string });
    const { results } = JSON.parse(stdout) as Report;
    const rows = results.flatMap((result) => result.rows);
    expect(rows.filter(({ right }) => right === false)).toEqual([]);
    expect(rows.filter(({ right }) => right === true).length).toBeGreaterThan(1);
  },
  WITHIN_MS,
);
