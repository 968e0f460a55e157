/** Writes src/docker/pause-binaries.ts from native/build, so that bundles carry the sandbox program inside. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const amd64 = readFileSync(`${root}native/build/pause-amd64`);
const arm64 = readFileSync(`${root}native/build/pause-arm64`);
const source = execFileSync('bash', [`${root}scripts/build-pause.sh`, '--source-hash'], { encoding: 'utf8' }).trim();
const version = createHash('sha256').update(amd64).update(arm64).digest('hex').slice(0, 12);

writeFileSync(
  `${root}src/docker/pause-binaries.ts`,
  `// Made by scripts/generate-pause-binaries.mjs from native/; test/integration/pause/rebuild.test.ts compares the bytes.

/** Identifies both binaries: the beginning of their SHA-256. */
export const PAUSE_VERSION = '${version}';
/** Identifies the sources they were built from; \`pause version\` prints it. */
export const PAUSE_SOURCE = '${source}';
/** Static ELF executable for amd64, base64. */
export const PAUSE_AMD64 =
  '${amd64.toString('base64')}';
/** Static ELF executable for arm64, base64. */
export const PAUSE_ARM64 =
  '${arm64.toString('base64')}';
`,
);
console.error(`pause ${version}: amd64 ${amd64.length} bytes, arm64 ${arm64.length} bytes`);
