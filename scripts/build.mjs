/**
 * Builds dist/: the library as an ES module and as CommonJS, the command line, and types for both kinds of importer.
 *
 *   dist/index.js  dist/index.cjs  dist/cli.cjs  dist/cli/*.cjs  dist/types/**\/*.d.ts  dist/types/**\/*.d.cts
 *   dist/third-party-licenses.txt
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build, transform } from 'esbuild';

import { thirdPartyLicenses } from './third-party-licenses.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const started = new Date();
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** These come as ES modules only, which `require` in Jest's default mode and on older Node cannot load. */
const esmOnly = ['chokidar', 'p-limit'];

/** Loading one file instead of their hundreds saves a command a fifth of its start, and the agent more than half. */
const inCommandLine = [
  'commander',
  'dockerode',
  'fast-json-patch',
  'find-my-way',
  'pino',
  'pino-pretty',
  'tar-stream',
  'write-file-atomic',
  'ws',
  'yaml',
  'zod',
];

/**
 * What dockerode has for engines over SSH and for BuildKit is a third of its time to load. It is loaded when it is called:
 * two of the three are functions, and the third is required late already.
 */
const loadOnCall = {
  name: 'load on call',
  setup({ onLoad }) {
    onLoad({ filter: /node_modules\/(docker-modem\/lib\/ssh|dockerode\/lib\/(session|buildkit))\.js$/ }, ({ path }) => {
      const [, inPackage] = /node_modules\/([^/]+\/lib\/[^/]+)$/.exec(path);
      // Not every package manager lets us see the packages that dockerode brings along.
      const module = `require(require.resolve('${inPackage}', { paths: [require.resolve('dockerode/package.json')] }))`;
      return {
        contents: path.endsWith('buildkit.js')
          ? `module.exports = ${module};`
          : `module.exports = (...args) => ${module}(...args);`,
      };
    });
  },
};

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  sourcemap: true,
  // Readable stack traces are worth more than a smaller file.
  minify: false,
  logLevel: 'warning',
  metafile: true,
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
  const builds = await Promise.all([
    build({ ...common, format: 'esm', packages: 'external', entryPoints: ['src/index.ts'], outfile: 'dist/index.js' }),
    build({ ...commonJs, entryPoints: ['src/index.ts'], outfile: 'dist/index.cjs' }),
    buildCommandLine(),
  ]);
  const metafiles = builds.map(({ metafile }) => metafile);
  writeFileSync(join(dist, 'third-party-licenses.txt'), thirdPartyLicenses(metafiles, root));
  compileTypes();
} catch {
  // esbuild and tsc have said what is wrong.
  process.exit(1);
}
chmodSync(join(dist, 'cli.cjs'), 0o755);

// What setup compares sources with: an edit made during the build counts as newer.
writeFileSync(join(dist, '.built'), '');
utimesSync(join(dist, '.built'), started, started);

/**
 * In pieces, so that a command loads what it imports dynamically only when it gets there: `get` never sees the agent. And
 * as CommonJS: starting Node's loader of ES modules alone takes as long as such a command. esbuild splits ES modules only,
 * so they are split first and translated then.
 */
async function buildCommandLine() {
  const { metafile, outputFiles } = await build({
    ...common,
    format: 'esm',
    splitting: true,
    write: false,
    outdir: 'dist/cli',
    sourcemap: 'inline',
    external: [...commonJs.external.filter((name) => !inCommandLine.includes(name)), 'dockerode/package.json'],
    plugins: [loadOnCall],
    // As an ES module, of which parts can be imported dynamically.
    alias: { yaml: './node_modules/yaml/browser/index.js' },
    entryPoints: ['src/cli/main.ts'],
  });
  mkdirSync(join(dist, 'cli'));
  for (const { path, text } of outputFiles) {
    const name = `${basename(path, '.js')}.cjs`;
    const { code, map } = await transform(text, {
      format: 'cjs',
      platform: 'node',
      target: 'node20',
      sourcefile: basename(path),
      sourcemap: 'external',
      // `import()` of a piece becomes a `require` of it, later.
      supported: { 'dynamic-import': false },
    });
    const renamed = code.replaceAll(/(["'])(\.\/[\w.-]+)\.js\1/g, '$1$2.cjs$1');
    writeFileSync(join(dist, 'cli', name), `${renamed}//# sourceMappingURL=${name}.map\n`);
    writeFileSync(join(dist, 'cli', `${name}.map`), map);
  }
  writeFileSync(join(dist, 'cli.cjs'), "#!/usr/bin/env node\nrequire('./cli/main.cjs');\n");
  return { metafile };
}

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
