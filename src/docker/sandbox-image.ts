import { createHash } from 'node:crypto';

import { KubeletteError } from '../lib/errors.js';
import { PAUSE_AMD64, PAUSE_ARM64, PAUSE_VERSION } from './pause-binaries.js';

/** The sandbox image as the engine takes it. */
export interface SandboxImage {
  /** Repository and tag. The tag follows from the program's bytes, so that a new program is a new image. */
  readonly reference: string;
  /** Body of `POST /images/load`: a docker-archive tar with the one image. */
  readonly archive: Buffer;
}

const PROGRAMS: Readonly<Record<string, string>> = { amd64: PAUSE_AMD64, arm64: PAUSE_ARM64 };

/**
 * Makes the image every sandbox runs: one static program, `/pause`, which is the entrypoint (see native/pause.c for
 * its commands). The bytes depend on the program alone, so loading it again changes nothing on the engine.
 *
 * The tars are made by hand: tar-stream only has a streaming interface, and this way loading needs no await.
 *
 * @param architecture the engine's, as in `GET /version`: `amd64` or `arm64`.
 * @throws KubeletteError with code `Unsupported` for an engine of another architecture.
 * Source: docker image specification v1.2, "Combined Image JSON + Filesystem Changeset Format".
 */
export function sandboxImage(architecture: string): SandboxImage {
  const program = PROGRAMS[architecture];
  if (program === undefined) {
    throw new KubeletteError(
      'Unsupported',
      `engine architecture ${JSON.stringify(architecture)}: the sandbox program exists for amd64 and arm64`,
    );
  }
  const reference = `kubelette.local/sandbox:${PAUSE_VERSION}-${architecture}`;
  const layer = tar([{ name: 'pause', mode: 0o755, content: Buffer.from(program, 'base64') }]);
  const config = Buffer.from(JSON.stringify(imageConfig(architecture, sha256(layer))));
  const configName = `${sha256(config)}.json`;
  const manifest = [{ Config: configName, RepoTags: [reference], Layers: ['layer.tar'] }];
  const archive = tar([
    { name: configName, mode: 0o644, content: config },
    { name: 'layer.tar', mode: 0o644, content: layer },
    { name: 'manifest.json', mode: 0o644, content: Buffer.from(JSON.stringify(manifest)) },
  ]);
  return { reference, archive };
}

/** No time of building anywhere: the engine's image id is the hash of this. */
function imageConfig(architecture: string, layerSha: string): object {
  const created = '1970-01-01T00:00:00Z';
  return {
    architecture,
    os: 'linux',
    created,
    config: { Entrypoint: ['/pause'], Labels: { 'dev.kubelette.pause': PAUSE_VERSION } },
    rootfs: { type: 'layers', diff_ids: [`sha256:${layerSha}`] },
    history: [{ created, created_by: 'kubelette' }],
  };
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

interface TarFile {
  /** At most 100 bytes. */
  readonly name: string;
  readonly mode: number;
  readonly content: Buffer;
}

const TAR_BLOCK_BYTES = 512;

/** A POSIX ustar archive of plain files owned by root, dated 1970. */
function tar(files: readonly TarFile[]): Buffer {
  const blocks = files.flatMap((file) => {
    const padding = (TAR_BLOCK_BYTES - (file.content.length % TAR_BLOCK_BYTES)) % TAR_BLOCK_BYTES;
    return [tarHeader(file), file.content, Buffer.alloc(padding)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * TAR_BLOCK_BYTES)]);
}

function tarHeader({ name, mode, content }: TarFile): Buffer {
  const header = Buffer.alloc(TAR_BLOCK_BYTES);
  const octal = (value: number, offset: number, digits: number): void =>
    void header.write(value.toString(8).padStart(digits, '0'), offset);
  header.write(name, 0);
  octal(mode, 100, 7);
  octal(0, 108, 7); // owner
  octal(0, 116, 7); // group
  octal(content.length, 124, 11);
  octal(0, 136, 11); // time
  header.write('        ', 148); // the checksum counts its own field as spaces
  header.write('0', 156); // a plain file
  header.write('ustar\x0000', 257);
  octal(
    header.reduce((sum, byte) => sum + byte, 0),
    148,
    6,
  );
  header.write('\0 ', 154);
  return header;
}
