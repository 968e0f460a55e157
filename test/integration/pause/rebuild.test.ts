import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { PAUSE_AMD64, PAUSE_ARM64, PAUSE_SOURCE } from '../../../src/docker/pause-binaries.js';

/** The compiler the committed binaries were made with. CI has it; elsewhere another one makes other bytes. */
const COMPILER = '12.2.0';

let output: string;
beforeAll(() => {
  output = mkdtempSync(join(tmpdir(), 'kubelette-pause-'));
});
afterAll(() => rmSync(output, { recursive: true }));

const run = (...command: [string, ...string[]]): string =>
  execFileSync(command[0], command.slice(1), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

function hasTheCompilers(): boolean {
  try {
    return ['gcc', 'aarch64-linux-gnu-gcc'].every((compiler) => run(compiler, '-dumpfullversion') === COMPILER);
  } catch {
    return false;
  }
}

describe('the committed sandbox program', () => {
  it('was generated after the last change of its sources', () => {
    expect(run('bash', 'scripts/build-pause.sh', '--source-hash')).toBe(PAUSE_SOURCE);
  });

  // In CI the build must work. A developer's machine without these compilers still checks the sources, above.
  const rebuilds = process.env['CI'] === 'true' || hasTheCompilers();
  (rebuilds ? it : it.skip)('has the bytes its sources build to', () => {
    run('bash', 'scripts/build-pause.sh', output);
    expect(readFileSync(join(output, 'pause-amd64')).toString('base64')).toBe(PAUSE_AMD64);
    expect(readFileSync(join(output, 'pause-arm64')).toString('base64')).toBe(PAUSE_ARM64);
  });
});
