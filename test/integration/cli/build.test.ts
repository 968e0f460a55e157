import { readFileSync, readdirSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';

import { expect, test } from '@jest/globals';

/** Loaded when certificates are made and when metrics are read. */
const LATE = ['prom-client', 'selfsigned'];

test('the command line starts from its own files: other packages are in them, or needed late', () => {
  const pieces = readdirSync(join('dist', 'cli')).filter((name) => name.endsWith('.cjs'));
  const required = pieces.flatMap((name) =>
    [...readFileSync(join('dist', 'cli', name), 'utf8').matchAll(/\b(?:__)?require\d*\("([^".][^"]*)"\)/g)].map(
      ([, path]) => path ?? '',
    ),
  );
  const others = new Set(required.filter((path) => !path.startsWith('node:') && !builtinModules.includes(path)));
  expect([...others].sort()).toEqual(LATE);
});

test('the licences of the packages that are in the build travel with it', () => {
  const licences = readFileSync(join('dist', 'third-party-licenses.txt'), 'utf8');
  for (const name of ['commander', 'dockerode', 'p-limit', 'ws', 'zod']) {
    expect(licences).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+\\n\\n[^-]*(Copyright|License)`, 'm'));
  }
});
