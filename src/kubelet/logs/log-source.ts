import { constants } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

const BLOCK_BYTES = 64 * 1024;

/** A log file opened for reading at any offset; it stays readable when the file is renamed or removed. */
export interface LogSource {
  /** Bytes there are now. */
  size(): Promise<number>;
  /** Fills the buffer from `position` on as far as the file goes; the number of bytes read. */
  read(buffer: Buffer, position: number): Promise<number>;
  close(): Promise<void>;
}

/** Opens a log file, compressed or not; undefined when there is none. Links are not followed. */
export async function openSource(path: string): Promise<LogSource | undefined> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    if (!path.endsWith('.gz')) return handleSource(handle);
    try {
      // No larger than a log file may grow, and read only by a follower that is several rotations behind.
      return bufferSource(await promisify(gunzip)(await readFile(handle)));
    } finally {
      await handle.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Opens a rotated file, which may have been compressed since its name was read. */
export const openRotated = async (path: string): Promise<LogSource | undefined> =>
  (await openSource(path)) ?? (path.endsWith('.gz') ? undefined : openSource(`${path}.gz`));

/** The handle as a source; closing the source closes it. */
export function handleSource(handle: FileHandle): LogSource {
  return {
    size: async () => (await handle.stat()).size,
    async read(buffer, position) {
      let filled = 0;
      while (filled < buffer.length) {
        const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, position + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return filled;
    },
    close: () => handle.close(),
  };
}

function bufferSource(content: Buffer): LogSource {
  return {
    size: async () => content.length,
    read: async (buffer, position) => content.copy(buffer, 0, position),
    close: async () => undefined,
  };
}

/** Offset just behind the last newline before `end`; 0 when there is none. */
export async function lastLineEnd(source: LogSource, end: number): Promise<number> {
  for (let offset = end; offset > 0;) {
    const block = await readBlock(source, Math.max(0, offset - BLOCK_BYTES), offset);
    const newline = block.lastIndexOf('\n');
    offset -= block.length;
    if (newline >= 0) return offset + newline + 1;
    if (block.length === 0) break;
  }
  return 0;
}

/**
 * Shows `visit` the lines before `end` (an offset just behind a newline), last one first and without their newline,
 * until it returns false. Holds one block and one line in memory.
 */
export async function scanBackwards(source: LogSource, end: number, visit: (line: Buffer) => boolean): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  for (let offset = end; offset > 0;) {
    const block = await readBlock(source, Math.max(0, offset - BLOCK_BYTES), offset);
    if (block.length === 0) return;
    offset -= block.length;
    const lines = rest.length === 0 ? block : Buffer.concat([block, rest]);
    let stop = lines.length;
    while (stop > 1) {
      const newline = lines.lastIndexOf('\n', stop - 2);
      if (newline < 0) break;
      if (!visit(lines.subarray(newline + 1, stop - 1))) return;
      stop = newline + 1;
    }
    rest = lines.subarray(0, stop);
  }
  if (rest.length > 0) visit(rest.subarray(0, -1));
}

async function readBlock(source: LogSource, start: number, end: number): Promise<Buffer> {
  const block = Buffer.allocUnsafe(end - start);
  return block.subarray(0, await source.read(block, start));
}
