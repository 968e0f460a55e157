/**
 * Builds dist/: the library as an ES module and as CommonJS, the command line, and types for both kinds of importer.
 *
 *   dist/index.js  dist/index.cjs  dist/cli.cjs  dist/types/**\/*.d.ts  dist/types/**\/*.d.cts
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const started = new Date();
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** These come as ES modules only, which `require` in Jest's default mode and on older Node cannot load. */
const esmOnly = ['chokidar', 'p-limit'];

/** Loading one file instead of their hundred saves the command line a fifth of its start. */
const inCommandLine = ['commander', 'ws', 'yaml'];

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  sourcemap: true,
  // Readable stack traces are worth more than a smaller file.
  minify: false,
  logLevel: 'warning',
};
const commonJs = {
  ...common,
  format: 'cjs',
  external: Object.keys(dependencies).filter((name) => !esmOnly.includes(name)),
  define: { 'import.meta.url': 'moduleUrl' },
  banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
};

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
try {
  await Promise.all([
    build({ ...common, format: 'esm', packages: 'external', entryPoints: ['src/index.ts'], outfile: 'dist/index.js' }),
    build({ ...commonJs, entryPoints: ['src/index.ts'], outfile: 'dist/index.cjs' }),
    // What a command imports dynamically is run only when that command runs, also inside one bundle.
    build({
      ...commonJs,
      external: commonJs.external.filter((name) => !inCommandLine.includes(name)),
      entryPoints: ['src/cli/main.ts'],
      outfile: 'dist/cli.cjs',
    }),
  ]);
  compileTypes();
} catch {
  // esbuild and tsc have said what is wrong.
  process.exit(1);
}
chmodSync(join(dist, 'cli.cjs'), 0o755);

// What setup compares sources with: an edit made during the build counts as newer.
writeFileSync(join(dist, '.built'), '');
utimesSync(join(dist, '.built'), started, started);

function compileTypes() {
  execFileSync(process.execPath, ['node_modules/@tsc/v7/bin/tsc', '-p', 'scripts/tsconfig.types.json'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  // TypeScript takes a .d.ts of this package for an ES module; a CommonJS importer needs the same in .d.cts.
  for (const name of readdirSync(join(dist, 'types'), { recursive: true })) {
    if (!name.endsWith('.d.ts')) continue;
    const path = join(dist, 'types', name);
    const types = readFileSync(path, 'utf8').replaceAll(/(['"])(\.{1,2}\/[^'"]+)\.js\1/g, '$1$2.cjs$1');
    writeFileSync(path.replace(/\.ts$/, '.cts'), types);
  }
}
