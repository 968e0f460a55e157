import { describe, expect, it } from '@jest/globals';
import { normalizeArgv } from '../../../src/cli/argv.js';

describe('normalizeArgv', () => {
  it.each([
    [
      ['get', '-o=yaml'],
      ['get', '-o', 'yaml'],
    ],
    [
      ['get', '-oyaml', '--output=json'],
      ['get', '-oyaml', '--output=json'],
    ],
    [
      ['run', '--watch=true'],
      ['run', '--watch'],
    ],
    [['run', '--watch=false'], ['run']],
    [
      ['exec', 'p', '--', 'cmd', '-o=x', '--watch=true'],
      ['exec', 'p', '--', 'cmd', '-o=x', '--watch=true'],
    ],
    [
      ['delete', '--wait=false', '--now=true'],
      ['delete', '--no-wait', '--now'],
    ],
    [['delete', '--wait=true'], ['delete']],
    [
      ['-n', 'ns', '--context=x', 'get', '-nother', 'pods'],
      ['get', '-n', 'ns', '--context=x', '-nother', 'pods'],
    ],
    [['--help'], ['--help']],
    [
      ['validate', '-f', '-'],
      ['validate', '-f', '-'],
    ],
  ])('makes %j into %j', (args, normalized) => {
    expect(normalizeArgv(args)).toEqual(normalized);
  });
});
