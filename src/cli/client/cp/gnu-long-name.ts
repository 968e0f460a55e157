import { BYTES, type ByteName } from './byte-names.js';

const BLOCK = 512;

/** What a name is of: an entry, or what a link leads to. */
type NameOf = 'entry' | 'link';

/**
 * The blocks that give the next entry of an archive its name, whatever bytes it has: names of pax headers, and those tar-stream
 * writes, are text. Source: GNU tar's manual, "Basic Tar Format", `OLDGNU_MAGIC`; every tar that matters reads them.
 */
export function gnuLongName(name: ByteName, of: NameOf): Buffer {
  const content = Buffer.from(`${name}\0`, BYTES);
  const blocks = Buffer.alloc(BLOCK + Math.ceil(content.length / BLOCK) * BLOCK);
  blocks.write('././@LongLink', 0);
  // Mode, uid and gid.
  for (const offset of [100, 108, 116]) blocks.write('0000000', offset);
  blocks.write(octal(content.length, 11), 124);
  blocks.write(octal(0, 11), 136);
  // The checksum is that of a header with spaces in its place.
  blocks.write('        ', 148);
  blocks.write(of === 'entry' ? 'L' : 'K', 156);
  blocks.write('ustar  \0', 257);
  const sum = blocks.subarray(0, BLOCK).reduce((total, byte) => total + byte, 0);
  blocks.write(`${octal(sum, 6)}\0 `, 148);
  content.copy(blocks, BLOCK);
  return blocks;
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');
