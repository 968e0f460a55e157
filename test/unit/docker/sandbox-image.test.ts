import { createHash } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';
import { extract } from 'tar-stream';

import { PAUSE_AMD64, PAUSE_ARM64, PAUSE_VERSION } from '../../../src/docker/pause-binaries.js';
import { sandboxImage } from '../../../src/docker/sandbox-image.js';

interface File {
  readonly mode: number | undefined;
  readonly content: Buffer;
}

/** Reads with a library what was written by hand. */
async function readTar(archive: Buffer): Promise<Record<string, File>> {
  const files: Record<string, File> = {};
  const reader = extract();
  reader.end(archive);
  for await (const entry of reader) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    files[entry.header.name] = { mode: entry.header.mode, content: Buffer.concat(chunks) };
  }
  return files;
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('sandboxImage', () => {
  it.each([
    ['amd64', PAUSE_AMD64],
    ['arm64', PAUSE_ARM64],
  ])('is an archive the engine loads, with the program for %s', async (architecture, program) => {
    const image = sandboxImage(architecture);
    expect(image.reference).toBe(`kubelette.local/sandbox:${PAUSE_VERSION}-${architecture}`);

    const archive = await readTar(image.archive);
    const [manifest] = JSON.parse(String(archive['manifest.json']?.content)) as [{ Config: string }];
    expect(manifest).toEqual({ Config: manifest.Config, RepoTags: [image.reference], Layers: ['layer.tar'] });

    const config = archive[manifest.Config]?.content ?? Buffer.alloc(0);
    const layer = archive['layer.tar']?.content ?? Buffer.alloc(0);
    expect(manifest.Config).toBe(`${sha256(config)}.json`);
    expect(JSON.parse(String(config))).toMatchObject({
      architecture,
      os: 'linux',
      config: { Entrypoint: ['/pause'] },
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
    });
    expect(await readTar(layer)).toEqual({ pause: { mode: 0o755, content: Buffer.from(program, 'base64') } });
  });

  it('has the same bytes every time', () => {
    expect(sandboxImage('amd64').archive.equals(sandboxImage('amd64').archive)).toBe(true);
  });

  it('names an architecture it has no program for', () => {
    expect(() => sandboxImage('s390x')).toThrow(
      expect.objectContaining({ code: 'Unsupported', message: expect.stringContaining('"s390x"') }),
    );
  });

  it('carries programs of less than 20 kB', () => {
    for (const program of [PAUSE_AMD64, PAUSE_ARM64]) {
      expect(Buffer.from(program, 'base64').length).toBeLessThan(20 * 1024);
    }
  });
});
